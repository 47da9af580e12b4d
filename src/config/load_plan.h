// The entry of the room: turns a configuration file into a Plan, or into all of its problems in
// file order. Used by the commands and by a reload. Any thread; it blocks on reading files and
// keeps nothing.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "base/problem.h"
#include "config/files.h"
#include "config/prove.h"
#include "model/plan.h"

namespace reinfer::config {

// From files already read: the main file first, then the included ones.
tl::expected<model::Plan, base::Problems> make_plan(const std::vector<ConfigFile>& files,
                                                    const TokenInspector& inspect_token);

// Reads the file and its included files, each of at most 8 MiB.
tl::expected<model::Plan, base::Problems> load_plan(const std::string& path,
                                                    const TokenInspector& inspect_token);

// The same for a text. `file_name` is for messages; relative paths in the configuration start at
// its folder.
tl::expected<model::Plan, base::Problems> parse_plan(std::string_view toml,
                                                     const std::string& file_name,
                                                     const TokenInspector& inspect_token);

}  // namespace reinfer::config
