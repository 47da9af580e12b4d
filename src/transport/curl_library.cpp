#include "transport/curl_library.h"

#include <curl/curl.h>

#include <cstdlib>
#include <cstring>

#include "base/check.h"
#include "base/wiped_memory.h"

namespace reinfer::transport {

// A function-local static is initialised once and thread-safely. libcurl is never cleaned up,
// because other libraries in the process may use it too.
const std::string& initialise_curl() {
  static const std::string ca_bundle = [] {
    const CURLcode code = curl_global_init_mem(CURL_GLOBAL_DEFAULT, std::malloc, base::wiped_free,
                                               base::wiped_realloc, strdup, std::calloc);
    base::check(code == CURLE_OK, "libcurl initialises");
    const char* bundle = curl_version_info(CURLVERSION_NOW)->cainfo;
    return std::string(bundle == nullptr ? "" : bundle);
  }();
  return ca_bundle;
}

bool tries_next_address_at_once() {
  constexpr unsigned kVersion8 = 0x080000;
  static const bool does = curl_version_info(CURLVERSION_NOW)->version_num >= kVersion8;
  return does;
}

}  // namespace reinfer::transport
