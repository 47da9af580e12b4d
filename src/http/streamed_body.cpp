#include "http/streamed_body.h"

#include <fmt/format.h>

namespace reinfer::http {

StreamedBody::StreamedBody(std::unique_ptr<BodySource> source, bool gzipped, bool chunked)
    : source_(std::move(source)), chunked_(chunked) {
  if (gzipped) gzip_.emplace(base::kGzipFast);
}

std::string StreamedBody::next_bytes() {
  std::string bytes;
  while (bytes.size() < kBytesAtOnce && !source_->done()) {
    const std::string_view piece = source_->next();
    if (gzip_) {
      gzip_->add(piece);
      bytes += gzip_->take();
    } else {
      bytes += piece;
    }
  }
  if (gzip_ && source_->done()) bytes += gzip_->finish();
  return bytes;
}

bool StreamedBody::append_next(std::string& to) {
  const std::string bytes = next_bytes();
  const bool more = !source_->done();
  // A chunk of no bytes would be the end.
  if (!chunked_ || bytes.empty())
    to += bytes;
  else
    to += fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes);
  if (chunked_ && !more) to += "0\r\n\r\n";
  return more;
}

}  // namespace reinfer::http
