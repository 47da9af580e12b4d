#include "base/uuid.h"

#include <algorithm>
#include <charconv>

namespace reinfer::base {
namespace {

constexpr bool stands_hyphen_before(std::size_t byte) {
  return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

using Pair = std::array<char, 2>;

constexpr std::array<Pair, 256> kPairs = [] {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<Pair, 256> pairs{};
  for (std::size_t byte = 0; byte < pairs.size(); ++byte)
    pairs[byte] = {kDigits[byte >> 4], kDigits[byte & 0xf]};
  return pairs;
}();

}  // namespace

std::optional<Uuid> parse_uuid(std::string_view text) {
  if (text.size() != kUuidTextBytes) return std::nullopt;
  Uuid uuid{};
  const char* at = text.data();
  for (std::size_t i = 0; i < uuid.size(); ++i) {
    if (stands_hyphen_before(i) && *at++ != '-') return std::nullopt;
    if (std::from_chars(at, at + 2, uuid[i], 16).ptr != at + 2) return std::nullopt;
    at += 2;
  }
  return uuid;
}

UuidText to_text(const Uuid& uuid) {
  UuidText text;
  char* at = text.characters.data();
  for (std::size_t i = 0; i < uuid.size(); ++i) {
    if (stands_hyphen_before(i)) *at++ = '-';
    at = std::copy_n(kPairs[uuid[i]].data(), kPairs[uuid[i]].size(), at);
  }
  return text;
}

}  // namespace reinfer::base
