#include "base/uuid.h"

#include <charconv>

namespace reinfer {
namespace {

constexpr bool stands_hyphen_before(std::size_t byte) {
  return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

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

std::array<char, kUuidTextBytes> to_text(const Uuid& uuid) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<char, kUuidTextBytes> text;
  char* at = text.data();
  for (std::size_t i = 0; i < uuid.size(); ++i) {
    if (stands_hyphen_before(i)) *at++ = '-';
    *at++ = kDigits[uuid[i] >> 4];
    *at++ = kDigits[uuid[i] & 0xf];
  }
  return text;
}

void append_uuid(std::string& to, const Uuid& uuid) {
  const auto text = to_text(uuid);
  to.append(text.data(), text.size());
}

}  // namespace reinfer
