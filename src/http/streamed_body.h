// The body of a reply that is made while it is sent: pieces of a BodySource, compressed if the
// client accepts that, framed as chunks if it knows them. It belongs to a ClientExchange: workers
// make the next piece whenever the connection loop has sent the last one. One thread at a time; it
// neither sends nor waits.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/gzip.h"
#include "http/message.h"

namespace reinfer::http {

class StreamedBody {
 public:
  // Bytes made at a time, so that exchanges do not change threads for every few bytes.
  static constexpr std::size_t kBytesAtOnce = 48 * 1024;

  // `begin`: bytes of the body that the source has given already. `chunked`: RFC 9112 section 7.1;
  // without, the end of the connection is the end of the body.
  StreamedBody(std::string begin, std::unique_ptr<BodySource> source, bool gzipped, bool chunked);

  // Appends about kBytesAtOnce bytes. False: the body has ended.
  bool append_next(std::string& to);

 private:
  void append_piece(std::string_view piece, std::string& to);
  void append_framed(std::string_view bytes, std::string& to) const;

  std::string begin_;
  std::unique_ptr<BodySource> source_;
  std::optional<base::Gzip> gzip_;
  const bool chunked_;
};

}  // namespace reinfer::http
