#include "http/request_parser.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/text.h"

namespace reinfer::http {
namespace {

constexpr std::string_view kEndOfLine = "\r\n";
constexpr std::string_view kEndOfHead = "\r\n\r\n";
// Longer ones would not be counted in 64 bits.
constexpr std::size_t kLengthDigitsMax = 18;

ParseResult refused(int status, Rejection reason = Rejection::malformed) {
  ParseResult frame;
  frame.state = ParseResult::State::refused;
  frame.status = status;
  frame.reason = reason;
  return frame;
}

bool is_token(std::string_view text) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kOthers.find(c) != std::string_view::npos;
  });
}

bool is_visible(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

bool is_field_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
  });
}

bool holds_bare_line_feed(std::string_view text) {
  for (auto at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1))
    if (at == 0 || text[at - 1] != '\r') return true;
  return false;
}

// 0, or the status to refuse it with.
int fault_of_request_line(std::string_view line) {
  const auto pieces = base::split(line, ' ');
  if (pieces.size() != 3 || !is_token(pieces[0]) || !is_visible(pieces[1])) return 400;
  if (pieces[2] == "HTTP/1.1" || pieces[2] == "HTTP/1.0") return 0;
  return pieces[2].substr(0, 5) == "HTTP/" ? 505 : 400;
}

struct Fields {
  int hosts = 0;
  int lengths = 0;
  bool transfer_encoding = false;
  bool expects_continue = false;
  std::string_view length;
};

bool take_field(std::string_view line, Fields& fields) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return false;
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = base::trim(line.substr(colon + 1), " \t");
  if (!is_token(name) || !is_field_value(value)) return false;
  if (base::equals_ignoring_case(name, "Host")) ++fields.hosts;
  if (base::equals_ignoring_case(name, "Transfer-Encoding")) fields.transfer_encoding = true;
  if (base::equals_ignoring_case(name, "Expect"))
    fields.expects_continue = base::equals_ignoring_case(value, "100-continue");
  if (base::equals_ignoring_case(name, "Content-Length")) {
    ++fields.lengths;
    fields.length = value;
  }
  return true;
}

std::optional<std::size_t> parse_length(std::string_view digits) {
  std::size_t length = 0;
  if (digits.empty() || digits.size() > kLengthDigitsMax) return std::nullopt;
  const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
  if (error != std::errc{} || stop != digits.data() + digits.size()) return std::nullopt;
  return length;
}

}  // namespace

ParseResult parse_request(std::string_view bytes, const RequestLimits& limits) {
  const auto end = bytes.substr(0, limits.head_bytes_max).find(kEndOfHead);
  if (end == std::string_view::npos) {
    if (bytes.size() >= limits.head_bytes_max) return refused(431, Rejection::header_too_large);
    // What can never become a request need not be waited for.
    return holds_bare_line_feed(bytes) || bytes.find('\0') != std::string_view::npos
               ? refused(400)
               : ParseResult{};
  }
  std::string_view head = bytes.substr(0, end);
  Fields fields;
  const auto first = std::min(head.find(kEndOfLine), head.size());
  const std::string_view request_line = head.substr(0, first);
  if (const int status = fault_of_request_line(request_line); status != 0) return refused(status);
  head.remove_prefix(std::min(first + kEndOfLine.size(), head.size()));
  for (std::size_t count = 0; !head.empty(); ++count) {
    if (count == limits.headers_max) return refused(431, Rejection::header_too_large);
    const auto length = std::min(head.find(kEndOfLine), head.size());
    if (!take_field(head.substr(0, length), fields)) return refused(400);
    head.remove_prefix(std::min(length + kEndOfLine.size(), head.size()));
  }
  const bool needs_host = request_line.substr(request_line.size() - 1) == "1";
  if (fields.hosts > 1 || (needs_host && fields.hosts == 0) || fields.lengths > 1)
    return refused(400);
  if (fields.transfer_encoding) return refused(fields.lengths > 0 ? 400 : 411);
  ParseResult frame;
  frame.head_bytes = end + kEndOfHead.size();
  if (fields.lengths == 1) {
    const auto length = parse_length(fields.length);
    if (!length) return refused(400);
    if (*length > limits.body_bytes_max) return refused(413, Rejection::body_too_large);
    frame.body_bytes = *length;
  }
  const bool whole = bytes.size() >= frame.head_bytes + frame.body_bytes;
  frame.state = whole ? ParseResult::State::complete : ParseResult::State::incomplete;
  frame.expects_continue = fields.expects_continue && !whole;
  return frame;
}

}  // namespace reinfer::http
