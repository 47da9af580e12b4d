#include "base/gzip.h"

#include <zlib.h>

#include <array>
#include <new>

#include "base/check.h"
#include "base/text.h"
#include "base/zlib_made.h"

namespace reinfer::base {
namespace {

// 15 is the largest window; 16 asks zlib for the gzip wrapper instead of its own.
constexpr int kGzipWindowBits = 15 + 16;
// zlib counts in 32 bits.
constexpr std::size_t kPieceBytes = 1024 * 1024;

bool refuses(std::string_view parameters) {
  for (const std::string_view parameter : split(parameters, ';')) {
    const std::string_view text = trim(parameter);
    if (text.size() < 3 || !equals_ignoring_case(text.substr(0, 2), "q=")) continue;
    return text.find_first_not_of("0.", 2) == std::string_view::npos;
  }
  return false;
}

}  // namespace

struct Gzip::Stream {
  z_stream z{};
};

Gzip::Gzip(int level) : stream_(std::make_unique<Stream>()) {
  check_made(deflateInit2(&stream_->z, level, Z_DEFLATED, kGzipWindowBits, 8, Z_DEFAULT_STRATEGY));
}

Gzip::~Gzip() {
  deflateEnd(&stream_->z);
}

void Gzip::add(std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size(); at += kPieceBytes)
    run(bytes.substr(at, kPieceBytes), Z_NO_FLUSH);
}

std::string Gzip::flush() {
  run({}, Z_SYNC_FLUSH);
  return take();
}

std::string Gzip::finish() {
  run({}, Z_FINISH);
  return std::move(out_);
}

void Gzip::run(std::string_view bytes, int flush) {
  std::array<unsigned char, 16 * 1024> chunk;
  z_stream& z = stream_->z;
  z.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
  z.avail_in = static_cast<uInt>(bytes.size());
  do {
    z.next_out = chunk.data();
    z.avail_out = static_cast<uInt>(chunk.size());
    const int result = deflate(&z, flush);
    check(result != Z_STREAM_ERROR, "zlib is used in the right order");
    out_.append(reinterpret_cast<const char*>(chunk.data()), chunk.size() - z.avail_out);
  } while (z.avail_out == 0);
}

std::string gzip(std::string_view bytes, int level) {
  Gzip stream(level);
  stream.add(bytes);
  return stream.finish();
}

struct Gunzip::Stream {
  z_stream z{};
};

Gunzip::Gunzip() : stream_(std::make_unique<Stream>()) {
  check_made(inflateInit2(&stream_->z, kGzipWindowBits));
}

Gunzip::~Gunzip() {
  inflateEnd(&stream_->z);
}

Gunzip::Result Gunzip::add(std::string_view bytes, std::size_t bytes_max, std::string& text) {
  z_stream& z = stream_->z;
  for (std::size_t at = 0; at < bytes.size(); at += kPieceBytes) {
    const std::string_view piece = bytes.substr(at, kPieceBytes);
    z.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(piece.data()));
    z.avail_in = static_cast<uInt>(piece.size());
    const Result result = inflate_some(bytes_max, text);
    if (result != Result::fine) return result;
  }
  return Result::fine;
}

// Takes all of the stream's input.
Gunzip::Result Gunzip::inflate_some(std::size_t bytes_max, std::string& text) {
  std::array<unsigned char, 16 * 1024> chunk;
  z_stream& z = stream_->z;
  do {
    if (z.avail_in > 0) at_boundary_ = false;
    z.next_out = chunk.data();
    z.avail_out = static_cast<uInt>(chunk.size());
    const int result = inflate(&z, Z_NO_FLUSH);
    if (result == Z_MEM_ERROR) throw std::bad_alloc();
    // Z_BUF_ERROR: no input was left, and the last chunk was exactly full.
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) return Result::broken;
    const std::size_t made = chunk.size() - z.avail_out;
    if (text.size() > bytes_max || made > bytes_max - text.size()) return Result::too_large;
    text.append(reinterpret_cast<const char*>(chunk.data()), made);
    if (result == Z_STREAM_END) {
      at_boundary_ = true;
      inflateReset(&z);
    }
  } while (z.avail_in > 0 || z.avail_out == 0);
  return Result::fine;
}

bool accepts_gzip(std::string_view accept_encoding) {
  for (const std::string_view coding : split(accept_encoding, ',')) {
    const auto end_of_name = coding.find(';');
    if (!equals_ignoring_case(trim(coding.substr(0, end_of_name)), "gzip")) continue;
    return end_of_name == std::string_view::npos || !refuses(coding.substr(end_of_name + 1));
  }
  return false;
}

}  // namespace reinfer::base
