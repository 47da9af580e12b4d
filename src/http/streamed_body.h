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

  struct Framing {
    bool gzipped = false;
    bool chunked = false;  // RFC 9112 section 7.1; without, the connection's end is the body's
    bool piece_by_piece = false;  // HttpReply::piece_by_piece
  };

  // `begin`: bytes of the body that the source has given already.
  StreamedBody(std::string begin, std::unique_ptr<BodySource> source, const Framing& framing);

  // Appends about kBytesAtOnce bytes, or one piece. False: the body has ended.
  bool append_next(std::string& to);

 private:
  void append_piece(std::string_view piece, std::string& to);
  void append_framed(std::string_view bytes, std::string& to) const;

  std::string begin_;
  std::unique_ptr<BodySource> source_;
  std::optional<base::Gzip> gzip_;
  const bool chunked_;
  const bool piece_by_piece_;
};

}  // namespace reinfer::http
