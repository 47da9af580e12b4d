// The reply as libcurl delivers it: header lines and pieces of a body become an Exchange's status,
// headers and decoded body, within limits. Each CurlTransfer owns one; probe thread only. It knows
// neither sockets nor time, and does not judge the reply.
//
// It undoes gzip by itself: libcurl drops the second member of a body, or fails on it, depending on
// how the bytes happen to arrive.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/gzip.h"
#include "model/exchange.h"

namespace reinfer::transport {

// Header lines beyond these are dropped and counted.
inline constexpr std::size_t kHeaderLinesMax = 200;
inline constexpr std::size_t kHeaderBytesMax = 64 * 1024;
// Of all heads and trailers of an exchange; beyond it the reply is given up. Less than libcurl's
// own limit (300 KiB), whose result code depends on its version.
inline constexpr std::size_t kHeaderBytesRefused = 256 * 1024;

// Pieces of a body that are smaller than kSmallPieceBytes, each of which costs a call.
inline constexpr std::size_t kSmallPiecesMax = 20'000;
inline constexpr std::size_t kSmallPieceBytes = 16;

enum class Refused : std::uint8_t {
  nothing,
  headers,      // too many bytes of them
  body,         // too long, decoded
  coding,       // by a coding that was not asked for
  broken_gzip,  // no gzip, or something after its end
  pieces,       // too many small pieces of a body
  endless,      // bytes beyond measure that are no body
  lengths,      // two Content-Lengths that differ (RFC 9112 section 6.3)
  memory,       // this process has no more
};

class ReplyReader {
 public:
  ReplyReader(model::Exchange& exchange, std::size_t body_bytes_max)
      : exchange_(exchange), body_bytes_max_(body_bytes_max) {}

  enum class Line : std::uint8_t { status, field, interim_over, head_over, refused };
  Line take_line(std::string_view line);
  // Returns false if it was refused.
  bool take_body(std::string_view bytes);
  // The loop saw more bytes on the wire than any reply needs.
  void refuse_endless() { refused_ = Refused::endless; }
  // There was no memory to take a line or a piece of the body.
  void refuse_for_memory() { refused_ = Refused::memory; }

  Refused refused() const { return refused_; }
  // In words; empty if nothing was refused.
  std::string why_refused() const;
  bool head_complete() const { return head_complete_; }
  bool chunked() const { return chunked_ && head_complete_; }
  bool body_announced() const { return body_announced_; }
  // The body ended in the middle of its gzip.
  bool is_cut() const { return gunzip_ && !gunzip_->complete(); }

 private:
  void take_status(std::string_view line);
  void take_field(std::string_view name, std::string_view value);
  void take_codings(std::string_view value);
  bool takes_length(std::string_view name, std::string_view value);
  bool refuse(Refused why);

  model::Exchange& exchange_;
  const std::size_t body_bytes_max_;
  Refused refused_ = Refused::nothing;
  std::size_t head_bytes_ = 0;  // of the current head
  std::size_t all_head_bytes_ = 0;
  std::size_t small_pieces_ = 0;  // of the body
  bool interim_ = false;          // the current head is an interim reply's
  bool head_complete_ = false;
  bool body_announced_ = false;  // by a header
  bool chunked_ = false;         // by a header
  int gzips_ = 0;                // by a header
  std::string other_coding_;     // by a header; empty: none
  std::string length_;           // Content-Length as written; empty: none
  std::optional<base::Gunzip> gunzip_;
};

}  // namespace reinfer::transport
