#include "simulator/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <array>

#include "base/check.h"

namespace reinfer::sim {
namespace {

// 15 is the largest window; 16 asks zlib for the gzip wrapper instead of its own.
constexpr int kGzipWindowBits = 15 + 16;
constexpr std::size_t kPieceBytes = 64 * 1024;

class Deflater {
 public:
  Deflater() {
    const int made = deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindowBits, 8,
                                  Z_DEFAULT_STRATEGY);
    check(made == Z_OK, "zlib can be set up");
  }
  ~Deflater() { deflateEnd(&stream_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  void add(std::string_view bytes) { run(bytes, Z_NO_FLUSH); }
  std::string take() {
    run({}, Z_FINISH);
    return std::move(out_);
  }

 private:
  void run(std::string_view bytes, int flush) {
    std::array<unsigned char, 16 * 1024> chunk;
    stream_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    do {
      stream_.next_out = chunk.data();
      stream_.avail_out = static_cast<uInt>(chunk.size());
      const int result = deflate(&stream_, flush);
      check(result != Z_STREAM_ERROR, "zlib is used in the right order");
      out_.append(reinterpret_cast<const char*>(chunk.data()), chunk.size() - stream_.avail_out);
    } while (stream_.avail_out == 0);
  }

  z_stream stream_{};
  std::string out_;
};

void add_in_pieces(Deflater& deflater, std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size(); at += kPieceBytes)
    deflater.add(bytes.substr(at, kPieceBytes));
}

}  // namespace

std::string gzip(std::string_view bytes) {
  Deflater deflater;
  add_in_pieces(deflater, bytes);
  return deflater.take();
}

std::string gzip_bomb(std::string_view prefix, std::size_t filler_bytes, std::string_view suffix) {
  Deflater deflater;
  add_in_pieces(deflater, prefix);
  const std::string piece(kPieceBytes, 'x');
  for (std::size_t left = filler_bytes; left > 0;) {
    const std::size_t now = std::min(left, piece.size());
    deflater.add(std::string_view(piece).substr(0, now));
    left -= now;
  }
  add_in_pieces(deflater, suffix);
  return deflater.take();
}

}  // namespace reinfer::sim
