// The files that a configuration consists of: the one that is named, and those that its `include`
// names. Used by config/load_plan.cpp and by a reload, which wants to know whether anything
// changed. Any thread; it blocks on reading files and keeps nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "base/problem.h"

namespace reinfer::config {

struct ConfigFile {
  std::string name;                             // as it is shown in messages
  tl::expected<std::string, std::string> text;  // or why it cannot be read
  base::Place included_at;                      // in the first file; of the first file: nowhere
};

// The first file, then those it includes: in the order of its patterns, those of one pattern by
// name, each file once. Patterns are those of glob(7) and start at the first file's folder. A
// pattern may match nothing; a name without a wildcard stands for that very file. What is wrong
// with `include` itself is left to whoever reads the document.
std::vector<ConfigFile> read_config_files(const std::string& path);

// The same for a first file that is at hand.
std::vector<ConfigFile> with_included(std::string_view toml, const std::string& file_name);

// Differs if, as good as surely, a file was changed, added or removed since.
std::uint64_t fingerprint(const std::vector<ConfigFile>& files);

inline constexpr std::size_t kFileBytesMax = 8 * 1024 * 1024;
inline constexpr std::size_t kIncludePatternsMax = 16;
inline constexpr std::size_t kIncludedFilesMax = 10000;
inline constexpr std::size_t kIncludedBytesMax = 64 * 1024 * 1024;

}  // namespace reinfer::config
