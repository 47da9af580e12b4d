// The wire format of protocol buffers (protobuf.dev/programming-guides/encoding), as far as it is
// written here: integers, doubles, and bytes with their length. Used by protobuf_encoder.cpp. Pure.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

namespace reinfer {

enum class WireType : std::uint32_t { varint = 0, fixed64 = 1, length = 2 };

inline std::size_t varint_size(std::uint64_t value) {
  return static_cast<std::size_t>(std::bit_width(value | 1) + 6) / 7;
}

inline void append_varint(std::string& to, std::uint64_t value) {
  std::array<char, 10> bytes;
  std::size_t size = 0;
  for (; value >= 0x80; value >>= 7)
    bytes[size++] = static_cast<char>(value | 0x80);
  bytes[size++] = static_cast<char>(value);
  to.append(bytes.data(), size);
}

// Small numbers of either sign become small numbers (sint32, sint64).
constexpr std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}

inline void append_tag(std::string& to, std::uint32_t field, WireType type) {
  append_varint(to, field << 3 | static_cast<std::uint32_t>(type));
}

inline void append_number(std::string& to, std::uint32_t field, std::uint64_t value) {
  append_tag(to, field, WireType::varint);
  append_varint(to, value);
}

inline void append_double(std::string& to, std::uint32_t field, double value) {
  append_tag(to, field, WireType::fixed64);
  auto bits = std::bit_cast<std::uint64_t>(value);
  // Little-endian, whatever the machine.
  std::array<char, 8> bytes;
  for (char& byte : bytes) {
    byte = static_cast<char>(bits & 0xff);
    bits >>= 8;
  }
  to.append(bytes.data(), bytes.size());
}

inline void append_bytes(std::string& to, std::uint32_t field, std::string_view bytes) {
  append_tag(to, field, WireType::length);
  append_varint(to, bytes.size());
  to += bytes;
}

// What append_bytes() appends.
inline std::size_t bytes_size(std::uint32_t field, std::string_view bytes) {
  return varint_size(field << 3) + varint_size(bytes.size()) + bytes.size();
}

}  // namespace reinfer
