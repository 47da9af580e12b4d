// Version information of this build: shown by --version, in the User-Agent and in
// reinfer_exporter_build_info. Fixed at compile time. Any thread.
#pragma once

#include <string_view>

namespace reinfer::base {

struct BuildInfo {
  std::string_view version;   // "0.1.0"
  std::string_view revision;  // abbreviated commit, or "unknown" outside a checkout
  std::string_view compiler;  // "gcc 12.2.0"
};

const BuildInfo& build_info();

}  // namespace reinfer::base
