#include "base/small_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "base/descriptor.h"

namespace reinfer::base {
namespace {

constexpr std::size_t kPieceBytes = 64 * 1024;

FileError error_of(int code) {
  return {code == ENOENT ? FileFault::missing : FileFault::unreadable,
          std::error_code(code, std::system_category()).message()};
}

// O_NONBLOCK: opening a FIFO without a writer would wait for one.
tl::expected<Descriptor, FileError> open_regular(const std::string& path) {
  Descriptor file(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  if (!file) return tl::unexpected(error_of(errno));
  struct stat facts {};
  if (fstat(file.get(), &facts) != 0) return tl::unexpected(error_of(errno));
  if (S_ISDIR(facts.st_mode))
    return tl::unexpected(FileError{FileFault::unreadable, "is a directory"});
  if (!S_ISREG(facts.st_mode))
    return tl::unexpected(FileError{FileFault::unreadable, "is not a regular file"});
  return file;
}

}  // namespace

tl::expected<std::string, FileError> read_small_file(const std::string& path,
                                                     std::size_t bytes_max) {
  const auto file = open_regular(path);
  if (!file) return tl::unexpected(file.error());
  // In pieces: the size that fstat() tells says nothing for files of /proc, and may grow meanwhile.
  std::string text;
  for (;;) {
    const std::size_t before = text.size();
    text.resize(before + std::min(kPieceBytes, bytes_max + 1 - before));
    const ssize_t got = read(file->get(), text.data() + before, text.size() - before);
    if (got < 0 && errno != EINTR) return tl::unexpected(error_of(errno));
    text.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (text.size() > bytes_max)
      return tl::unexpected(
          FileError{FileFault::too_large, fmt::format("holds more than {} bytes", bytes_max)});
    if (got == 0) {
      text.shrink_to_fit();
      return text;
    }
  }
}

std::optional<FileError> find_file_fault(const std::string& path) {
  const auto file = open_regular(path);
  return file ? std::nullopt : std::optional(file.error());
}

}  // namespace reinfer::base
