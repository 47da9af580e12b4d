#include "app/new_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/descriptor.h"

namespace reinfer::app {
namespace {

constexpr mode_t kMode = 0644;

std::string words_of(int error) {
  return std::generic_category().message(error);
}

std::string exists(std::string_view option, const std::string& path) {
  return fmt::format(
      "{}: {} exists already, and nothing is overwritten, allowed: the name of a file that does "
      "not exist yet",
      option, path);
}

// The error, or 0.
int write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return fsync(descriptor) == 0 || errno == EINVAL ? 0 : errno;
}

}  // namespace

std::optional<std::string> refuse_existing(std::string_view option, const std::string& path) {
  struct stat found {};
  // A symbolic link counts, wherever it leads.
  if (lstat(path.c_str(), &found) == 0) return exists(option, path);
  return std::nullopt;
}

std::optional<std::string> write_new_file(std::string_view option, const std::string& path,
                                          std::string_view text) {
  const base::Descriptor file(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, kMode));
  if (file.get() < 0) {
    const int error = errno;
    if (error == EEXIST) return exists(option, path);
    return fmt::format("{}: {} cannot be made: {}", option, path, words_of(error));
  }
  const int error = write_all(file.get(), text);
  if (error == 0) return std::nullopt;
  ::unlink(path.c_str());
  return fmt::format("{}: {} cannot be written: {}", option, path, words_of(error));
}

}  // namespace reinfer::app
