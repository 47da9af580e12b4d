#include "base/version.h"

namespace reinfer::base {
namespace {

#define REINFER_STRING2(x) #x
#define REINFER_STRING(x) REINFER_STRING2(x)

#if defined(__clang__)
constexpr std::string_view kCompiler = "clang " __clang_version__;
#else
constexpr std::string_view kCompiler = "gcc " REINFER_STRING(__GNUC__) "." REINFER_STRING(
    __GNUC_MINOR__) "." REINFER_STRING(__GNUC_PATCHLEVEL__);
#endif

}  // namespace

const BuildInfo& build_info() {
  static constexpr BuildInfo kInfo{REINFER_VERSION, REINFER_REVISION, kCompiler};
  return kInfo;
}

}  // namespace reinfer::base
