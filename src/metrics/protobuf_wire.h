// Two buffers for protozero, which writes the wire format of protocol buffers: WireSize only
// counts, WireBytes writes at a place with room for all of it. Everything is written by a template
// that takes a writer over either, so what is counted and what is written cannot differ. Used by
// protobuf_encoder.cpp. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <protozero/basic_pbf_writer.hpp>
#include <protozero/varint.hpp>
#include <string_view>

#include "base/buffer.h"
#include "base/check.h"

namespace reinfer::metrics {

struct WireSize {
  std::size_t size = 0;
  std::array<char, protozero::max_varint_length> length{};  // of a message, which nobody reads
};

// `end` is where the next byte goes.
struct WireBytes {
  char* begin;
  char* end;
};

}  // namespace reinfer::metrics

namespace protozero {

template <>
struct buffer_customization<reinfer::metrics::WireSize> {
  using Buffer = reinfer::metrics::WireSize;
  static std::size_t size(const Buffer* to) { return to->size; }
  static void append(Buffer* to, const char*, std::size_t count) { to->size += count; }
  static void append_zeros(Buffer* to, std::size_t count) { to->size += count; }
  static void resize(Buffer* to, std::size_t size) { to->size = size; }
  static void reserve_additional(Buffer*, std::size_t) {}
  static void erase_range(Buffer* to, std::size_t from, std::size_t until) {
    to->size -= until - from;
  }
  static char* at_pos(Buffer* to, std::size_t) { return to->length.data(); }
  static void push_back(Buffer* to, char) { ++to->size; }
};

template <>
struct buffer_customization<reinfer::metrics::WireBytes> {
  using Buffer = reinfer::metrics::WireBytes;
  static std::size_t size(const Buffer* to) {
    return static_cast<std::size_t>(to->end - to->begin);
  }
  static void append(Buffer* to, const char* bytes, std::size_t count) {
    std::memcpy(to->end, bytes, count);
    to->end += count;
  }
  // The length of a message goes there: nobody reads the zeros.
  static void append_zeros(Buffer* to, std::size_t count) { to->end += count; }
  static void resize(Buffer* to, std::size_t size) { to->end = to->begin + size; }
  static void reserve_additional(Buffer*, std::size_t) {}
  static void erase_range(Buffer* to, std::size_t from, std::size_t until) {
    std::memmove(to->begin + from, to->begin + until, size(to) - until);
    to->end -= until - from;
  }
  static char* at_pos(Buffer* to, std::size_t position) { return to->begin + position; }
  static void push_back(Buffer* to, char byte) { *to->end++ = byte; }
};

}  // namespace protozero

namespace reinfer::metrics {

template <typename Buffer>
class WireWriter : public protozero::basic_pbf_writer<Buffer> {
 public:
  explicit WireWriter(Buffer& to) : protozero::basic_pbf_writer<Buffer>(to), to_(&to) {}
  // Of a message in a message. `bytes`: its size, or 0 if that is not known.
  WireWriter(WireWriter& parent, std::uint32_t field, std::size_t bytes = 0)
      : protozero::basic_pbf_writer<Buffer>(open(parent, field, bytes)), to_(parent.to_) {}

  // Fields that were written before.
  void append_fields(std::string_view fields) {
    protozero::buffer_customization<Buffer>::append(to_, fields.data(), fields.size());
  }

 private:
  // protozero takes one message of a known size in each message, and no second one: its head is
  // written here, and what follows needs no parent.
  static protozero::basic_pbf_writer<Buffer> open(WireWriter& parent, std::uint32_t field,
                                                  std::size_t bytes) {
    if (bytes == 0) return {parent, field};
    constexpr std::uint32_t kLengthDelimited = 2;
    std::array<char, 2 * protozero::max_varint_length> head;
    int size = protozero::add_varint_to_buffer(head.data(), field << 3U | kLengthDelimited);
    size += protozero::add_varint_to_buffer(head.data() + size, bytes);
    parent.append_fields({head.data(), static_cast<std::size_t>(size)});
    return protozero::basic_pbf_writer<Buffer>(*parent.to_);
  }

  Buffer* to_;
};

// `fields`: callable with a WireWriter of either buffer.
template <typename Fields>
[[gnu::flatten]] std::size_t wire_size(const Fields& fields) {
  WireSize size;
  WireWriter<WireSize> writer(size);
  fields(writer);
  return size.size;
}

// While a message is written, its length takes more room than it will in the end.
inline constexpr std::size_t kOpenMessagesBytes = 64;

// `size_max`: at least the bytes that `fields` take.
template <typename Fields>
[[gnu::flatten]] void append_wire(base::Buffer& to, std::size_t size_max, const Fields& fields) {
  const std::size_t before = to.size();
  to.resize(before + size_max + kOpenMessagesBytes);
  WireBytes bytes{to.data() + before, to.data() + before};
  WireWriter<WireBytes> writer(bytes);
  fields(writer);
  const auto size = static_cast<std::size_t>(bytes.end - bytes.begin);
  base::check(size <= size_max, "no more is written than was counted");
  to.resize(before + size);
}

template <typename Fields>
void append_wire(base::Buffer& to, const Fields& fields) {
  append_wire(to, wire_size(fields), fields);
}

}  // namespace reinfer::metrics
