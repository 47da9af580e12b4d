#include "simulator/gzip_bomb.h"

#include <zlib.h>

#include <cstdint>
#include <new>

#include "base/check.h"

namespace reinfer::simulator {
namespace {

constexpr std::size_t kPieceBytes = 64 * 1024;
constexpr int kWindowBits = -15;  // the largest, without any wrapper
constexpr int kMemoryLevel = 8;
// Deflate, no name, no time, Unix (RFC 1952, section 2.3).
constexpr std::string_view kHeader{"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", 10};

// A part of a deflate stream that refers to nothing before it: Z_FULL_FLUSH ends it at a whole
// byte, Z_FINISH ends the stream.
std::string deflated_part(std::string_view text, int flush) {
  z_stream stream{};
  const int made = deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kWindowBits,
                                kMemoryLevel, Z_DEFAULT_STRATEGY);
  if (made != Z_OK) throw std::bad_alloc();
  constexpr std::size_t kFlushBytes = 16;
  std::string part(deflateBound(&stream, text.size()) + kFlushBytes, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(part.data());
  stream.avail_out = static_cast<uInt>(part.size());
  deflate(&stream, flush);
  base::check(stream.avail_in == 0 && stream.avail_out > 0, "all of a part is deflated");
  part.resize(stream.total_out);
  deflateEnd(&stream);
  return part;
}

std::string little_endian(std::uint32_t number) {
  std::string bytes;
  for (int i = 0; i < 4; ++i, number >>= 8)
    bytes += static_cast<char>(number & 0xff);
  return bytes;
}

// The parts of one gzip member, and the sum of what they stand for.
class Member {
 public:
  void add(std::string_view text, int flush = Z_FULL_FLUSH) {
    append(deflated_part(text, flush), text.size(), sum_of(text));
  }

  void add_often(std::string_view text, std::size_t times) {
    if (times == 0) return;
    const std::string part = deflated_part(text, Z_FULL_FLUSH);
    const uLong sum = sum_of(text);
    for (std::size_t i = 0; i < times; ++i)
      append(part, text.size(), sum);
  }

  std::string finish() {
    add("", Z_FINISH);
    return bytes_ + little_endian(static_cast<std::uint32_t>(sum_)) +
           little_endian(static_cast<std::uint32_t>(length_));
  }

 private:
  static uLong sum_of(std::string_view text) {
    return crc32_z(0, reinterpret_cast<const Bytef*>(text.data()), text.size());
  }

  void append(const std::string& part, std::size_t length, uLong sum) {
    bytes_ += part;
    length_ += length;
    sum_ = crc32_combine(sum_, sum, static_cast<z_off_t>(length));
  }

  std::string bytes_{kHeader};
  std::uint64_t length_ = 0;
  uLong sum_ = 0;
};

}  // namespace

std::string gzip_bomb(std::string_view prefix, std::size_t filler_bytes, std::string_view suffix) {
  const std::string piece(kPieceBytes, 'x');
  Member bomb;
  bomb.add(prefix);
  bomb.add_often(piece, filler_bytes / kPieceBytes);
  bomb.add(std::string_view(piece).substr(0, filler_bytes % kPieceBytes));
  bomb.add(suffix);
  return bomb.finish();
}

}  // namespace reinfer::simulator
