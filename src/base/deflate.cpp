#include "base/deflate.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <bit>
#include <new>

#include "base/check.h"
#include "base/zlib_made.h"

namespace reinfer::base {
namespace {

constexpr int kSmallest = 9;
constexpr int kWindowBits = 15;     // the largest, and zlib's usual one
constexpr int kWindowBitsMin = 10;  // of less, zlib makes tables that are hardly smaller
constexpr int kMemoryLevel = 8;     // zlib's usual one
// zlib never looks back over a whole window (MIN_LOOKAHEAD in its source).
constexpr std::size_t kOutOfReach = 262;

Bytef* bytes_of(std::string_view text) {
  return const_cast<Bytef*>(reinterpret_cast<const Bytef*>(text.data()));
}

// A window that holds all of it, and tables to match: a row of some hundred bytes does not clear
// what a hundred kilobytes would need.
int window_bits_for(std::size_t bytes) {
  const int needed = static_cast<int>(std::bit_width(bytes + kOutOfReach));
  return std::clamp(needed, kWindowBitsMin, kWindowBits);
}

// As many symbols in a block as the window has bytes (deflateInit2 in zlib's source).
int memory_level_for(int window_bits) {
  return std::min(window_bits - 6, kMemoryLevel);
}

template <int (*End)(z_stream*)>
struct Stream {
  Stream() = default;
  ~Stream() { End(&z); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  z_stream z{};
};

}  // namespace

std::string deflated(std::string_view bytes, std::string_view dictionary) {
  Stream<deflateEnd> stream;
  z_stream& z = stream.z;
  const int window_bits = window_bits_for(bytes.size() + dictionary.size());
  check_made(deflateInit2(&z, kSmallest, Z_DEFLATED, window_bits, memory_level_for(window_bits),
                          Z_DEFAULT_STRATEGY));
  if (!dictionary.empty())
    deflateSetDictionary(&z, bytes_of(dictionary), static_cast<uInt>(dictionary.size()));
  std::string out(deflateBound(&z, static_cast<uLong>(bytes.size())), '\0');
  z.next_in = bytes_of(bytes);
  z.avail_in = static_cast<uInt>(bytes.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  check(deflate(&z, Z_FINISH) == Z_STREAM_END, "zlib's bound is one");
  out.resize(out.size() - z.avail_out);
  return out;
}

std::optional<std::string> inflated(std::string_view bytes, std::size_t bytes_max,
                                    std::string_view dictionary) {
  Stream<inflateEnd> stream;
  z_stream& z = stream.z;
  check_made(inflateInit2(&z, kWindowBits));
  z.next_in = bytes_of(bytes);
  z.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  std::array<unsigned char, 4096> chunk;
  int result = Z_OK;
  while (result == Z_OK && out.size() <= bytes_max) {
    z.next_out = chunk.data();
    z.avail_out = static_cast<uInt>(chunk.size());
    result = inflate(&z, Z_NO_FLUSH);
    // Not the bytes are to blame.
    if (result == Z_MEM_ERROR) throw std::bad_alloc();
    if (result == Z_NEED_DICT && !dictionary.empty())
      result = inflateSetDictionary(&z, bytes_of(dictionary), static_cast<uInt>(dictionary.size()));
    else
      out.append(reinterpret_cast<const char*>(chunk.data()), chunk.size() - z.avail_out);
  }
  if (result != Z_STREAM_END || z.avail_in != 0 || out.size() > bytes_max) return std::nullopt;
  return out;
}

}  // namespace reinfer::base
