#include "app/storage_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/small_file.h"
#include "base/text.h"

namespace reinfer::app {
namespace {

constexpr std::size_t kLockBytesMax = 64;

std::string problem(const std::string& path, const std::string& what) {
  return fmt::format("--storage.path={}: {}", path, what);
}

std::string why(int code) {
  return std::system_category().message(code);
}

// The lock file holds the number of its process, for people.
std::string holder_of(const std::string& lock_file) {
  const auto text = base::read_small_file(lock_file, kLockBytesMax);
  const std::string_view number = text ? base::trim(*text) : std::string_view();
  return number.empty() ? "another process" : fmt::format("another exporter (process {})", number);
}

}  // namespace

tl::expected<StorageFolder, std::string> StorageFolder::take(const std::string& path) {
  constexpr mode_t kFolderMode = 0750;
  if (mkdir(path.c_str(), kFolderMode) != 0 && errno != EEXIST)
    return tl::unexpected(problem(path, "the folder cannot be made: " + why(errno)));
  struct stat facts {};
  if (stat(path.c_str(), &facts) != 0 || !S_ISDIR(facts.st_mode))
    return tl::unexpected(problem(path, "is not a folder"));
  const std::string lock_file = path + "/lock";
  constexpr mode_t kFileMode = 0640;
  base::Descriptor lock(
      open(lock_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, kFileMode));
  if (!lock)
    return tl::unexpected(problem(path, "nothing can be written into the folder: " + why(errno)));
  if (flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
    return tl::unexpected(problem(path, fmt::format("is in use by {}, each exporter needs a folder "
                                                    "of its own",
                                                    holder_of(lock_file))));
  const std::string number = fmt::format("{}\n", getpid());
  if (ftruncate(lock.get(), 0) != 0 ||
      write(lock.get(), number.data(), number.size()) != static_cast<ssize_t>(number.size()))
    return tl::unexpected(problem(path, "nothing can be written into the folder: " + why(errno)));
  return StorageFolder(std::move(lock));
}

}  // namespace reinfer::app
