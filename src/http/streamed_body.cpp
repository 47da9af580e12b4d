#include "http/streamed_body.h"

#include <fmt/format.h>

#include <iterator>
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

void StreamedBody::append_piece(std::string_view piece, std::string& to) {
  if (!gzip_) return append_framed(piece, to);
  gzip_->add(piece);
  append_framed(gzip_->take(), to);
}

void StreamedBody::append_framed(std::string_view bytes, std::string& to) const {
  // A chunk of no bytes would be the end.
  if (!chunked_ || bytes.empty()) {
    to += bytes;
    return;
  }
  fmt::format_to(std::back_inserter(to), "{:x}\r\n", bytes.size());
  to += bytes;
  to += "\r\n";
}

// Each piece goes to its place at once, for this happens for many clients at a time.
bool StreamedBody::append_next(std::string& to) {
  const std::size_t enough = to.size() + kBytesAtOnce;
  const std::string begin = std::exchange(begin_, {});
  if (!gzip_ && !piece_by_piece_) to.reserve(enough + kBytesAtOnce / 4);
  append_piece(begin, to);
  if (!piece_by_piece_)
    while (to.size() < enough && !source_->done())
      append_piece(source_->next(), to);
  else if (begin.empty())
    append_piece(source_->next(), to);
  const bool more = !source_->done();
  if (gzip_ && (!more || piece_by_piece_))
    append_framed(more ? gzip_->flush() : gzip_->finish(), to);
  if (chunked_ && !more) to += "0\r\n\r\n";
  return more;
}

}  // namespace reinfer::http
