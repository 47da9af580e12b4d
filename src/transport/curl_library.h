// libcurl as a library of the process: initialised once, before its first handle. Used by
// CurlTransport; any thread.
#pragma once

#include <string>

namespace reinfer::transport {

// Returns the path of the CA bundle that libcurl was built with, or "".
const std::string& initialise_curl();

}  // namespace reinfer::transport
