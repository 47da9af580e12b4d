// The files of a configuration: the main file and the files of its `include`. Used by
// config/load_plan.cpp, and by a reload to detect changes. Any thread; it blocks on reading files
// and keeps nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "base/problem.h"

namespace reinfer::config {

struct ConfigFile {
  std::string name;                             // as shown in messages
  tl::expected<std::string, std::string> text;  // or the problem
  base::Place included_at;                      // in the main file; for the main file: line 0
};

// The main file, then its included files: in the order of the patterns, those of one pattern by
// name, each file once. Patterns are those of glob(7), relative to the main file's folder. A
// pattern may match nothing; a name without a wildcard must exist. A malformed `include` is ignored
// here; reading the document reports it.
std::vector<ConfigFile> read_config_files(const std::string& path);

// The same for the text of a main file.
std::vector<ConfigFile> with_included(std::string_view toml, const std::string& file_name);

// A hash that changes when a file is changed, added or removed.
std::uint64_t fingerprint(const std::vector<ConfigFile>& files);

inline constexpr std::size_t kFileBytesMax = 8 * 1024 * 1024;
inline constexpr std::size_t kIncludePatternsMax = 16;
inline constexpr std::size_t kIncludedFilesMax = 10000;
inline constexpr std::size_t kIncludedBytesMax = 64 * 1024 * 1024;

}  // namespace reinfer::config
