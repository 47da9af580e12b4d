// A small reply that decodes to a huge one, for the fault of that name. Used by the wire faults.
// Pure, any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace reinfer::simulator {

// The gzip form of `prefix` + `filler_bytes` times 'x' + `suffix`, made without holding the filler.
std::string gzip_bomb(std::string_view prefix, std::size_t filler_bytes, std::string_view suffix);

}  // namespace reinfer::simulator
