#include "transport/curl_library.h"

#include <curl/curl.h>

#include "base/check.h"

namespace reinfer::transport {

// A function-local static is initialised once and thread-safely. libcurl is never cleaned up,
// because other libraries in the process may use it too.
const std::string& initialise_curl() {
  static const std::string ca_bundle = [] {
    base::check(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK, "libcurl initialises");
    const char* bundle = curl_version_info(CURLVERSION_NOW)->cainfo;
    return std::string(bundle == nullptr ? "" : bundle);
  }();
  return ca_bundle;
}

}  // namespace reinfer::transport
