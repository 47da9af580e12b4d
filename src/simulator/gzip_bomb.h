// A small reply that decodes to a huge one, for the fault of that name. Used by the wire faults.
// Pure, any thread. The filler is compressed once for a piece and repeated, so that a bomb takes
// its maker as little as its sender: a request each millisecond must not keep a core busy. Without
// memory it throws std::bad_alloc.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace reinfer::simulator {

// The gzip form (RFC 1952, one member) of `prefix` + `filler_bytes` times 'x' + `suffix`.
std::string gzip_bomb(std::string_view prefix, std::size_t filler_bytes, std::string_view suffix);

}  // namespace reinfer::simulator
