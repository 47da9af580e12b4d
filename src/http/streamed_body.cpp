#include "http/streamed_body.h"

#include <fmt/format.h>

#include <utility>

namespace reinfer::http {

StreamedBody::StreamedBody(std::string begin, std::unique_ptr<BodySource> source,
                           const Framing& framing)
    : begin_(std::move(begin)),
      source_(std::move(source)),
      chunked_(framing.chunked),
      piece_by_piece_(framing.piece_by_piece) {
  // Pages are read over slower lines than scrapes.
  if (framing.gzipped) gzip_.emplace(framing.piece_by_piece ? base::kGzipUsual : base::kGzipFast);
}

void StreamedBody::add(std::string_view piece, std::string& to) {
  if (!gzip_) {
    to += piece;
    return;
  }
  gzip_->add(piece);
  to += gzip_->take();
}

std::string StreamedBody::next_bytes() {
  std::string bytes;
  const std::string begin = std::exchange(begin_, {});
  add(begin, bytes);
  if (!piece_by_piece_)
    while (bytes.size() < kBytesAtOnce && !source_->done())
      add(source_->next(), bytes);
  else if (begin.empty())
    add(source_->next(), bytes);
  if (gzip_ && source_->done())
    bytes += gzip_->finish();
  else if (gzip_ && piece_by_piece_)
    bytes += gzip_->flush();
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
