// Where a request ends, and whether it is one at all: strict where parsers differ, because what two
// of them read differently smuggles one request inside another (RFC 9112, 11.2). Used by the
// connection loop, which hands on whole requests only. Pure function, any thread.
#pragma once

#include <cstddef>
#include <string_view>

#include "http/rejection.h"

namespace reinfer::http {

struct RequestLimits {
  std::size_t head_bytes_max = 16 * 1024;
  std::size_t headers_max = 100;
  std::size_t body_bytes_max = 64 * 1024;
};

struct ParseResult {
  enum class State : std::uint8_t { incomplete, complete, refused };
  State state = State::incomplete;
  std::size_t head_bytes = 0;  // 0 while the head is incomplete
  std::size_t body_bytes = 0;
  bool expects_continue = false;  // the client sends the body only once it is told to
  // Of `refused`.
  int status = 0;
  Rejection reason = Rejection::malformed;
};

// Of the request that `bytes` begins with. A body needs a Content-Length.
ParseResult parse_request(std::string_view bytes, const RequestLimits& limits);

}  // namespace reinfer::http
