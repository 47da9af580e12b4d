#include "base/deflate.h"

#include <zlib.h>

#include <array>

#include "base/check.h"

namespace reinfer::base {
namespace {

constexpr int kSmallest = 9;
constexpr int kWindowBits = 15;
constexpr int kMemoryLevel = 8;  // zlib's usual ones

Bytef* bytes_of(std::string_view text) {
  return const_cast<Bytef*>(reinterpret_cast<const Bytef*>(text.data()));
}

}  // namespace

std::string deflated(std::string_view bytes, std::string_view dictionary) {
  z_stream z{};
  check(deflateInit2(&z, kSmallest, Z_DEFLATED, kWindowBits, kMemoryLevel, Z_DEFAULT_STRATEGY) ==
            Z_OK,
        "zlib can be set up");
  if (!dictionary.empty())
    deflateSetDictionary(&z, bytes_of(dictionary), static_cast<uInt>(dictionary.size()));
  std::string out(deflateBound(&z, static_cast<uLong>(bytes.size())), '\0');
  z.next_in = bytes_of(bytes);
  z.avail_in = static_cast<uInt>(bytes.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  check(deflate(&z, Z_FINISH) == Z_STREAM_END, "zlib's bound is one");
  out.resize(out.size() - z.avail_out);
  deflateEnd(&z);
  return out;
}

std::optional<std::string> inflated(std::string_view bytes, std::size_t bytes_max,
                                    std::string_view dictionary) {
  z_stream z{};
  check(inflateInit2(&z, kWindowBits) == Z_OK, "zlib can be set up");
  z.next_in = bytes_of(bytes);
  z.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  std::array<unsigned char, 4096> chunk;
  int result = Z_OK;
  while (result == Z_OK && out.size() <= bytes_max) {
    z.next_out = chunk.data();
    z.avail_out = static_cast<uInt>(chunk.size());
    result = inflate(&z, Z_NO_FLUSH);
    if (result == Z_NEED_DICT && !dictionary.empty())
      result = inflateSetDictionary(&z, bytes_of(dictionary), static_cast<uInt>(dictionary.size()));
    else
      out.append(reinterpret_cast<const char*>(chunk.data()), chunk.size() - z.avail_out);
  }
  const bool whole = result == Z_STREAM_END && z.avail_in == 0 && out.size() <= bytes_max;
  inflateEnd(&z);
  if (!whole) return std::nullopt;
  return out;
}

}  // namespace reinfer::base
