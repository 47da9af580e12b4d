// Where a scrape is written: unlike a string, no byte of it is cleared before it is written, and
// several pieces are appended with one look at the room that there is. Used by encoders, which
// append a great many short pieces (tests/bench/scrape_bench.cpp). Pure.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <concepts>
#include <string_view>

namespace reinfer::base {

using Buffer = fmt::memory_buffer;

inline std::string_view to_view(const Buffer& buffer) {
  return {buffer.data(), buffer.size()};
}

void append_views(Buffer& to, std::same_as<std::string_view> auto... pieces) {
  const std::size_t before = to.size();
  to.resize(before + (pieces.size() + ...));
  char* at = to.data() + before;
  ((at = std::copy_n(pieces.data(), pieces.size(), at)), ...);
}

// `pieces`: whatever a string_view can be made of, none of it a part of `to`.
void append_all(Buffer& to, const auto&... pieces) {
  append_views(to, std::string_view(pieces)...);
}

}  // namespace reinfer::base
