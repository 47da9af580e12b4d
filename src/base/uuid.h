// A UUID (RFC 9562) as 16 bytes, for places that keep many of them: it takes half the size of its
// text. Pure, any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace reinfer::base {

using Uuid = std::array<std::uint8_t, 16>;

inline constexpr std::size_t kUuidTextBytes = 36;

// From 8-4-4-4-12 hexadecimal digits in either case; nullopt for anything else.
std::optional<Uuid> parse_uuid(std::string_view text);

struct UuidText {
  std::array<char, kUuidTextBytes> characters{};
  explicit operator std::string_view() const { return {characters.data(), characters.size()}; }
};

// In lower case.
UuidText to_text(const Uuid& uuid);

}  // namespace reinfer::base
