// The wire format of protocol buffers (protobuf.dev/programming-guides/encoding), as far as it is
// written here: integers, doubles, and bytes with their length. Everything is put down by a
// template that takes either a WireSize, which only counts, or a WireBytes, which writes: what is
// counted and what is written cannot differ. Used by protobuf_encoder.cpp. Pure.
#pragma once

#include <endian.h>

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

#include "base/buffer.h"
#include "base/check.h"

namespace reinfer::metrics {

enum class WireType : std::uint32_t { varint = 0, fixed64 = 1, length = 2 };

constexpr std::size_t varint_bytes(std::uint64_t value) {
  return value < 0x80 ? 1 : static_cast<std::size_t>(std::bit_width(value) + 6) / 7;
}

class WireSize {
 public:
  std::size_t size() const { return size_; }

  void varint(std::uint64_t value) { size_ += varint_bytes(value); }
  void fixed64(std::uint64_t) { size_ += sizeof(std::uint64_t); }
  void raw(std::string_view bytes) { size_ += bytes.size(); }
  template <typename Fields>
  void sized(const Fields& fields) {
    WireSize size;
    fields(size);
    varint(size.size());
    size_ += size.size();
  }

 private:
  std::size_t size_ = 0;
};

// Writes at a place that has room for all of it: the size was counted before. The place is in a
// local while bytes are written, since a char might be a part of it for all the compiler knows.
// A message is written before its length, and moved if that takes more than the byte left for it:
// quicker than to count it once more at each depth it is nested.
class WireBytes {
 public:
  explicit WireBytes(char* at) : at_(at) {}
  char* at() const { return at_; }

  void varint(std::uint64_t value) {
    char* at = at_;
    for (; value >= 0x80; value >>= 7)
      *at++ = static_cast<char>(value | 0x80);
    *at++ = static_cast<char>(value);
    at_ = at;
  }
  // Little-endian, whatever the machine.
  void fixed64(std::uint64_t bits) {
    bits = htole64(bits);
    std::memcpy(at_, &bits, sizeof bits);
    at_ += sizeof bits;
  }
  void raw(std::string_view bytes) {
    std::memcpy(at_, bytes.data(), bytes.size());
    at_ += bytes.size();
  }
  template <typename Fields>
  void sized(const Fields& fields) {
    char* const length_at = at_++;
    fields(*this);
    const auto size = static_cast<std::size_t>(at_ - length_at - 1);
    if (size < 0x80) {
      *length_at = static_cast<char>(size);
      return;
    }
    char* const begin = length_at + varint_bytes(size);
    std::memmove(begin, length_at + 1, size);
    at_ = length_at;
    varint(size);
    at_ = begin + size;
  }

 private:
  char* at_;
};

// Small numbers of either sign become small numbers (sint32, sint64).
constexpr std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}

template <typename Wire>
void put_tag(Wire& wire, std::uint32_t field, WireType type) {
  wire.varint(field << 3 | static_cast<std::uint32_t>(type));
}

template <typename Wire>
void put_number(Wire& wire, std::uint32_t field, std::uint64_t value) {
  put_tag(wire, field, WireType::varint);
  wire.varint(value);
}

template <typename Wire>
void put_double(Wire& wire, std::uint32_t field, double value) {
  put_tag(wire, field, WireType::fixed64);
  wire.fixed64(std::bit_cast<std::uint64_t>(value));
}

template <typename Wire>
void put_bytes(Wire& wire, std::uint32_t field, std::string_view bytes) {
  put_tag(wire, field, WireType::length);
  wire.varint(bytes.size());
  wire.raw(bytes);
}

// `fields`: callable with either kind of wire, puts the fields of a message.
template <typename Wire, typename Fields>
void put_message(Wire& wire, std::uint32_t field, const Fields& fields) {
  put_tag(wire, field, WireType::length);
  wire.sized(fields);
}

template <typename Fields>
std::size_t wire_size(const Fields& fields) {
  WireSize size;
  fields(size);
  return size.size();
}

// `size_max`: at least what `fields` take.
template <typename Fields>
void append_wire(base::Buffer& to, std::size_t size_max, const Fields& fields) {
  const std::size_t before = to.size();
  to.resize(before + size_max);
  WireBytes bytes(to.data() + before);
  fields(bytes);
  const auto size = static_cast<std::size_t>(bytes.at() - to.data());
  base::check(size <= to.size(), "no more is written than was counted");
  to.resize(size);
}

template <typename Fields>
void append_wire(base::Buffer& to, const Fields& fields) {
  append_wire(to, wire_size(fields), fields);
}

}  // namespace reinfer::metrics
