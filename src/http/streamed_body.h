// What follows the head of a reply whose body is made while it is sent: pieces of a BodySource,
// compressed if the client takes that, framed as chunks if it knows them. A worker makes some, the
// connection loop sends them and asks for more. One thread at a time; plain values go in and out.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/gzip.h"
#include "http/message.h"

namespace reinfer::http {

class StreamedBody {
 public:
  // Made at a time, so that neither side is asked for every few bytes.
  static constexpr std::size_t kBytesAtOnce = 64 * 1024;

  // `chunked`: RFC 9112 section 7.1; without, the end of the connection is the end of the body.
  StreamedBody(std::unique_ptr<BodySource> source, bool gzipped, bool chunked);

  // Appends what comes next. False: that was the end.
  bool append_next(std::string& to);

 private:
  std::string next_bytes();

  std::unique_ptr<BodySource> source_;
  std::optional<base::Gzip> gzip_;
  const bool chunked_;
};

}  // namespace reinfer::http
