// Gzip (RFC 1952): compression for scrapes of the exporter and replies of the simulator,
// decompression for replies to probes. Any thread, one owner for each object. It reads no other
// format; base/deflate.h is for what this program alone writes and reads. Without memory it throws
// std::bad_alloc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace reinfer::base {

// zlib's levels: 1 is the fastest, 9 the smallest.
inline constexpr int kGzipFast = 1;
inline constexpr int kGzipUsual = 6;

// Compresses in pieces, so that the whole text need not be in memory at once.
class Gzip {
 public:
  explicit Gzip(int level = kGzipUsual);
  ~Gzip();
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  void add(std::string_view bytes);
  // The output so far, for callers that send it in pieces; may be empty.
  std::string take() { return std::exchange(out_, {}); }
  // The output so far, whose reader can unpack every byte added up to now. It costs a few bytes.
  std::string flush();
  // The remaining output. Call it once, at the end.
  std::string finish();

 private:
  struct Stream;
  void run(std::string_view bytes, int flush);

  std::unique_ptr<Stream> stream_;
  std::string out_;
};

std::string gzip(std::string_view bytes, int level = kGzipUsual);

// Decompresses in pieces. Several members are one text (RFC 1952, section 2.2); anything else after
// a member, zeros too, is broken.
class Gunzip {
 public:
  enum class Result : std::uint8_t { fine, broken, too_large };

  Gunzip();
  ~Gunzip();
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;

  // Appends to `text`, up to `bytes_max` in total. After another result than `fine` it takes no
  // more.
  Result add(std::string_view bytes, std::size_t bytes_max, std::string& text);
  // Whether the bytes up to now end where a member ends. Nothing at all is complete as well.
  bool complete() const { return at_boundary_; }

 private:
  struct Stream;
  Result inflate_some(std::size_t bytes_max, std::string& text);

  std::unique_ptr<Stream> stream_;
  bool at_boundary_ = true;
};

// Whether an Accept-Encoding header (RFC 9110 section 12.5.3) accepts gzip.
bool accepts_gzip(std::string_view accept_encoding);

}  // namespace reinfer::base
