// libcurl as a library of the process: initialised once, before its first handle. Used by
// CurlTransport; any thread.
#pragma once

#include <string>

namespace reinfer::transport {

// Returns the path of the CA bundle that libcurl was built with, or "".
const std::string& initialise_curl();

// Whether libcurl, as it is at run time, goes on with the next address by itself. 7.88 waits for an
// event that does not come.
bool tries_next_address_at_once();

}  // namespace reinfer::transport
