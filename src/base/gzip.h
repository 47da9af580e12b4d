// Gzip compression (RFC 1952): for scrapes of the exporter and replies of the simulator. Any
// thread, one owner for each object; the only user of zlib. It decompresses nothing.
#pragma once

#include <cstddef>
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
  // The remaining output. Call it once, at the end.
  std::string finish();

 private:
  struct Stream;
  void run(std::string_view bytes, int flush);

  std::unique_ptr<Stream> stream_;
  std::string out_;
};

std::string gzip(std::string_view bytes, int level = kGzipUsual);

// Whether an Accept-Encoding header (RFC 9110 section 12.5.3) accepts gzip.
bool accepts_gzip(std::string_view accept_encoding);

}  // namespace reinfer::base
