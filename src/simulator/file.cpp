#include "simulator/file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

namespace reinfer::simulator {

std::optional<Problem> write_atomically(const std::string& path, std::string_view text) {
  const std::string draft = fmt::format("{}.{}.tmp", path, getpid());
  std::ofstream file(draft, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file || std::rename(draft.c_str(), path.c_str()) != 0) {
    std::remove(draft.c_str());
    return Problem{path + ": cannot be written"};
  }
  return std::nullopt;
}

}  // namespace reinfer::simulator
