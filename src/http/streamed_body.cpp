#include "http/streamed_body.h"

#include <fmt/format.h>

#include <iterator>
#include <utility>

namespace reinfer::http {

StreamedBody::StreamedBody(std::string begin, std::unique_ptr<BodySource> source, bool gzipped,
                           bool chunked)
    : begin_(std::move(begin)), source_(std::move(source)), chunked_(chunked) {
  if (gzipped) gzip_.emplace(base::kGzipFast);
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
  if (!gzip_) to.reserve(enough + kBytesAtOnce / 4);
  append_piece(std::exchange(begin_, {}), to);
  while (to.size() < enough && !source_->done())
    append_piece(source_->next(), to);
  const bool more = !source_->done();
  if (gzip_ && !more) append_framed(gzip_->finish(), to);
  if (chunked_ && !more) to += "0\r\n\r\n";
  return more;
}

}  // namespace reinfer::http
