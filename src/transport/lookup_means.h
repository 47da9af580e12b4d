// Whether this process has what a lookup of a name needs: a thread, and a few descriptors. libcurl
// and the C library report the lack of them as a name without an address, so CurlTransfer asks
// after a lookup has failed. Any thread; it takes the means for a moment and gives them back.
#pragma once

namespace reinfer::transport {

bool has_lookup_means();

}  // namespace reinfer::transport
