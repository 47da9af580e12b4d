// The buffer that a scrape is written to: unlike std::string it does not clear bytes before they
// are written, and appends several pieces with one size check. Used by the encoders, which append
// many short pieces (tests/bench/scrape_bench.cpp). Pure; one thread at a time.
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

// `pieces`: convertible to string_view, none of them a part of `to`.
void append_all(Buffer& to, const auto&... pieces) {
  append_views(to, std::string_view(pieces)...);
}

}  // namespace reinfer::base
