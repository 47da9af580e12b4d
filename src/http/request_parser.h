// Where a request ends, and whether it is one request at all. It is strict where parsers differ,
// because a text that two of them read differently smuggles one request inside another (RFC 9112,
// section 11.2). The connection loop uses it and hands on whole requests; cpp-httplib reads path,
// query and header fields. Pure functions, any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "http/rejection.h"

namespace reinfer::http {

struct RequestLimits {
  std::size_t head_bytes_max = 16 * 1024;
  std::size_t headers_max = 100;
  std::size_t body_bytes_max = 64 * 1024;
};

// Bytes of a text, counted from its beginning.
struct Span {
  std::size_t begin = 0;
  std::size_t bytes = 0;
};

struct ParseResult {
  enum class State : std::uint8_t { incomplete, complete, refused };
  State state = State::incomplete;
  std::size_t head_bytes = 0;  // with the empty line; 0 while the head is incomplete
  std::size_t body_bytes = 0;
  bool expects_continue = false;  // the client waits for "100 Continue" before it sends the body
  // Parts of the head that do not concern the answer, in order and without overlap: scheme and host
  // of an absolute-form target, and the fields Expect and Range. The connection loop fulfils the
  // first field, and a server may ignore the second (RFC 9110, section 14.2).
  std::vector<Span> omitted;
  // Of `refused`.
  int status = 0;
  Rejection reason = Rejection::malformed;
};

// Parses the request that `bytes` begins with. A body needs a Content-Length.
ParseResult parse_request(std::string_view bytes, const RequestLimits& limits);

// The head of a complete request without its omitted parts. REQUIRES: `parsed` is the result for
// `bytes`, and complete.
std::string relevant_head(std::string_view bytes, const ParseResult& parsed);

}  // namespace reinfer::http
