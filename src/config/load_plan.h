// The room's entry: a configuration file becomes a Plan, or everything that is wrong with it, all
// at once and in file order. Used by the commands and by a reload. Any thread; it blocks on reading
// files. It keeps nothing.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "base/problem.h"
#include "config/files.h"
#include "config/prove.h"
#include "model/plan.h"

namespace reinfer::config {

// From files as they were read, the first and those that it includes.
tl::expected<model::Plan, base::Problems> make_plan(const std::vector<ConfigFile>& files,
                                                    const TokenInspector& inspect_token);

// Reads the file and those it includes, each of at most 8 MiB.
tl::expected<model::Plan, base::Problems> load_plan(const std::string& path,
                                                    const TokenInspector& inspect_token);

// The same for text that is at hand; `file_name` is for messages, and relative paths in the
// configuration start at its folder.
tl::expected<model::Plan, base::Problems> parse_plan(std::string_view toml,
                                                     const std::string& file_name,
                                                     const TokenInspector& inspect_token);

}  // namespace reinfer::config
