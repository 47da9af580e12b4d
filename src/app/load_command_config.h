// Loads the configuration for a command: joins config with credentials, which do not know each
// other, and prints problems on stderr. Main thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config/files.h"
#include "http/web_files.h"
#include "model/plan.h"

namespace reinfer::app {

inline constexpr int kExitBadConfig = 2;

// Null, with all problems printed, if anything is wrong.
std::shared_ptr<const model::Plan> load_or_explain(const std::string& path);
// The same for files that were read already, `path` the first of them.
std::shared_ptr<const model::Plan> load_or_explain(const std::vector<config::ConfigFile>& files,
                                                   const std::string& path);

// False, with all problems printed, if the web configuration or the token file is wrong.
bool web_files_are_good(const http::WebFileNames& names);

}  // namespace reinfer::app
