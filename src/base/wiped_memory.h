// Memory that is overwritten before it is given back to the allocator, so that no token or password
// is left in freed memory, whoever copied it: strings that grew, JSON documents, libcurl's buffers.
// Used for all of C++'s memory by wiped_delete.cpp and for libcurl's by curl_library.cpp. Any
// thread. It does nothing about the stack; base::Secret wipes short texts there.
#pragma once

#include <cstddef>

namespace reinfer::base {

// Larger blocks hold no secret, which has at most some ten kibibytes, and would cost time: bodies
// of scrapes, snapshots.
inline constexpr std::size_t kWipedBytesMax = 128 * 1024;

// As free(3) and realloc(3), for memory of malloc(3).
void wiped_free(void* memory);
void* wiped_realloc(void* memory, std::size_t bytes);

}  // namespace reinfer::base
