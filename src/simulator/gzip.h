// Compression as a server does it. Used for every reply whose client accepts gzip and for the gzip
// bomb. Pure functions, any thread; the only user of zlib.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace reinfer::sim {

// RFC 1952.
std::string gzip(std::string_view bytes);

// The gzip form of `prefix` + `filler_bytes` times 'x' + `suffix`, made without holding the filler.
std::string gzip_bomb(std::string_view prefix, std::size_t filler_bytes, std::string_view suffix);

}  // namespace reinfer::sim
