#include "base/durable_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "base/descriptor.h"

namespace reinfer::base {
namespace {

std::string why() {
  return std::system_category().message(errno);
}

bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

std::optional<std::string> write_durably(const std::string& path, std::string_view text) {
  constexpr mode_t kMode = 0640;
  const std::string draft = path + ".new";
  const Descriptor file(open(
      draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, kMode));
  if (!file || !write_all(file.get(), text) || fsync(file.get()) != 0) return why();
  if (std::rename(draft.c_str(), path.c_str()) != 0) return why();
  // The name is part of the folder, and on disk only with it.
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const Descriptor parent(
      open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!parent || fsync(parent.get()) != 0) return why();
  return std::nullopt;
}

}  // namespace reinfer::base
