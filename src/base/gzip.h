// Compression as a server does it (RFC 1952): the exporter's for those who scrape it, the
// simulator's for its replies. Any thread, no state between calls; the only user of zlib.
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

// In pieces, so that what is compressed need not be there at once.
class Gzip {
 public:
  explicit Gzip(int level = kGzipUsual);
  ~Gzip();
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  void add(std::string_view bytes);
  // What there is of it already, for those who pass it on in pieces; may be nothing.
  std::string take() { return std::exchange(out_, {}); }
  // The rest, or the whole if nothing was taken; once, at the end.
  std::string finish();

 private:
  struct Stream;
  void run(std::string_view bytes, int flush);

  std::unique_ptr<Stream> stream_;
  std::string out_;
};

std::string gzip(std::string_view bytes, int level = kGzipUsual);

// Whether an Accept-Encoding header (RFC 9110 section 12.5.3) takes gzip.
bool accepts_gzip(std::string_view accept_encoding);

}  // namespace reinfer::base
