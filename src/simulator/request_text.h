// Requests as values: parsing the head of an HTTP/1.1 request and the small text forms around it.
// Used by connection threads; pure functions on text, any thread. It does not read sockets and does
// not know the API.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "simulator/input_problem.h"

namespace reinfer::simulator {

inline constexpr std::size_t kHeadBytesMax = 32 * 1024;
inline constexpr std::size_t kRequestBodyBytesMax = 4 * 1024 * 1024;

struct Header {
  std::string name;
  std::string value;
  bool operator==(const Header&) const = default;
};

struct Request {
  std::string method;
  std::string path;   // percent-decoded, without the query
  std::string query;  // as sent, without '?'
  int minor_version = 1;
  std::vector<Header> headers;
  std::string body;

  // The first header of that name, in any case; empty if there is none.
  std::string_view header(std::string_view name) const;
  bool wants_to_keep_alive() const;
};

// `head` is everything before the empty line, without it.
std::variant<Request, Problem> parse_head(std::string_view head);

// The value of Content-Length; 0 without one, nullopt if it is no number.
std::optional<std::size_t> body_size(const Request& request);

// nullopt where a '%' is not followed by two hexadecimal digits.
std::optional<std::string> percent_decode(std::string_view text);

// The first field of that name in an application/x-www-form-urlencoded body; empty if absent.
std::string form_field(std::string_view form, std::string_view name);

std::string_view reason_phrase(int status);

}  // namespace reinfer::simulator
