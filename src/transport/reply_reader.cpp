#include "transport/reply_reader.h"

#include <fmt/format.h>

#include "base/problem.h"
#include "base/text.h"

namespace reinfer::transport {

ReplyReader::Line ReplyReader::take_line(std::string_view line) {
  all_head_bytes_ += line.size();
  if (all_head_bytes_ > kHeaderBytesRefused) {
    refuse(Refused::headers);
    return Line::refused;
  }
  if (line.starts_with("HTTP/")) {
    take_status(line);
    return Line::status;
  }
  if (base::trim(line).empty()) {
    head_complete_ = true;
    return interim_ ? Line::interim_over : Line::head_over;
  }
  head_bytes_ += line.size();
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return Line::field;
  const std::string_view name = base::trim(line.substr(0, colon));
  const std::string_view value = base::trim(line.substr(colon + 1));
  if (!takes_length(name, value)) {
    refuse(Refused::lengths);
    return Line::refused;
  }
  take_field(name, value);
  return Line::field;
}

// Where the body ends is anybody's guess then, and two readers on the way may guess differently.
bool ReplyReader::takes_length(std::string_view name, std::string_view value) {
  if (head_complete_ || !base::equals_ignoring_case(name, "content-length")) return true;
  const bool same = length_.empty() || length_ == value;
  length_ = value;
  return same;
}

void ReplyReader::take_status(std::string_view line) {
  // The headers up to now were an interim reply's (100, 103).
  exchange_.headers.clear();
  head_bytes_ = 0;
  head_complete_ = false;
  body_announced_ = false;
  chunked_ = false;
  gzips_ = 0;
  other_coding_.clear();
  length_.clear();
  const auto blank = line.find(' ');
  interim_ = blank != std::string_view::npos && line.substr(blank + 1).starts_with('1');
}

void ReplyReader::take_field(std::string_view name, std::string_view value) {
  const bool framed = base::equals_ignoring_case(name, "transfer-encoding");
  chunked_ |= framed && base::to_lower(std::string(value)).ends_with("chunked");
  body_announced_ |= framed || (base::equals_ignoring_case(name, "content-length") && value != "0");
  // A trailer comes too late to say how the body is coded.
  if (!head_complete_ && base::equals_ignoring_case(name, "content-encoding")) take_codings(value);
  if (exchange_.headers.size() == kHeaderLinesMax || head_bytes_ > kHeaderBytesMax)
    ++exchange_.headers_dropped;
  else
    exchange_.headers.push_back({std::string(name), std::string(value)});
}

void ReplyReader::take_codings(std::string_view value) {
  for (const std::string_view part : base::split(value, ',')) {
    const std::string coding = base::to_lower(std::string(base::trim(part)));
    if (coding == "gzip" || coding == "x-gzip")
      ++gzips_;
    else if (!coding.empty() && coding != "identity")
      other_coding_ = coding;
  }
}

bool ReplyReader::take_body(std::string_view bytes) {
  if (bytes.empty()) return true;
  if (!other_coding_.empty() || gzips_ > 1) return refuse(Refused::coding);
  if (bytes.size() < kSmallPieceBytes && ++small_pieces_ > kSmallPiecesMax)
    return refuse(Refused::pieces);
  std::string& body = exchange_.body;
  if (gzips_ == 0) {
    if (bytes.size() > body_bytes_max_ - body.size()) return refuse(Refused::body);
    body.append(bytes);
    return true;
  }
  if (!gunzip_) gunzip_.emplace();
  switch (gunzip_->add(bytes, body_bytes_max_, body)) {
    case base::Gunzip::Result::fine:
      return true;
    case base::Gunzip::Result::broken:
      return refuse(Refused::broken_gzip);
    case base::Gunzip::Result::too_large:
      break;
  }
  return refuse(Refused::body);
}

bool ReplyReader::refuse(Refused why) {
  refused_ = why;
  return false;
}

std::string ReplyReader::why_refused() const {
  switch (refused_) {
    case Refused::nothing:
      break;
    case Refused::headers:
      return fmt::format("headers over {} bytes", kHeaderBytesRefused);
    case Refused::body:
      return fmt::format("body over {} bytes", body_bytes_max_);
    case Refused::coding:
      return gzips_ > 1
                 ? "body compressed more than once"
                 : fmt::format("body in the coding {}, not asked for", base::quote(other_coding_));
    case Refused::broken_gzip:
      return "body is not gzip, or has bytes after its end";
    case Refused::pieces:
      return "a body in more pieces than any reply needs";
    case Refused::endless:
      return "endless bytes that are no part of a body";
    case Refused::lengths:
      return "two different Content-Lengths";
    case Refused::memory:
      return "the exporter has no memory for the reply";
  }
  return "";
}

}  // namespace reinfer::transport
