#include "http/request_parser.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/http_token.h"
#include "base/text.h"

namespace reinfer::http {
namespace {

constexpr std::string_view kEndOfLine = "\r\n";
constexpr std::string_view kEndOfHead = "\r\n\r\n";
// Longer ones would not fit into 64 bits.
constexpr std::size_t kLengthDigitsMax = 18;

ParseResult refused(int status, Rejection reason = Rejection::malformed) {
  ParseResult result;
  result.state = ParseResult::State::refused;
  result.status = status;
  result.reason = reason;
  return result;
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

// Reads the head line by line, and notes what frames the message.
class HeadReader {
 public:
  // `head`: without the empty line.
  HeadReader(std::string_view head, std::size_t headers_max)
      : head_(head), headers_max_(headers_max) {}

  // 0, or the status of the refusal.
  int read() {
    const std::string_view request_line = next_line();
    if (const int status = read_request_line(request_line); status != 0) return status;
    for (std::size_t count = 0; at_ < head_.size(); ++count) {
      if (count == headers_max_) return 431;
      if (!read_field(next_line())) return 400;
    }
    if (hosts_ > 1 || (is_http_1_1_ && hosts_ == 0) || lengths_ > 1) return 400;
    if (transfer_encoding_) return lengths_ > 0 ? 400 : 411;
    return 0;
  }

  // Digits of Content-Length, if the field is there.
  std::optional<std::string_view> length() const {
    return lengths_ == 1 ? std::optional(length_) : std::nullopt;
  }
  // Only clients of HTTP/1.1 may expect it (RFC 9110, section 10.1.1).
  bool expects_continue() const { return expects_continue_ && is_http_1_1_; }
  std::vector<Span> take_omitted() { return std::move(omitted_); }

 private:
  std::string_view next_line() {
    const auto end = std::min(head_.find(kEndOfLine, at_), head_.size());
    const std::string_view line = head_.substr(at_, end - at_);
    at_ = std::min(end + kEndOfLine.size(), head_.size());
    return line;
  }

  void omit(std::string_view part) {
    omitted_.push_back({static_cast<std::size_t>(part.data() - head_.data()), part.size()});
  }

  int read_request_line(std::string_view line) {
    const auto pieces = base::split(line, ' ');
    if (pieces.size() != 3 || !base::is_http_token(pieces[0]) || !is_visible(pieces[1]) ||
        !read_target(pieces[1]))
      return 400;
    is_http_1_1_ = pieces[2] == "HTTP/1.1";
    if (is_http_1_1_ || pieces[2] == "HTTP/1.0") return 0;
    return pieces[2].substr(0, 5) == "HTTP/" ? 505 : 400;
  }

  // Whether the target can be one. Of the absolute form (RFC 9112, section 3.2.2), the path
  // remains.
  bool read_target(std::string_view target) {
    for (const std::string_view scheme : {"http://", "https://"}) {
      if (!base::equals_ignoring_case(target.substr(0, scheme.size()), scheme)) continue;
      const auto path = std::min(target.find_first_of("/?#", scheme.size()), target.size());
      const std::string_view host = target.substr(scheme.size(), path - scheme.size());
      if (host.empty() || host.find('@') != std::string_view::npos) return false;
      if (path < target.size() && target[path] == '/') {
        omit(target.substr(0, path));
      } else {
        // An empty path means "/": the slash before the host serves as that.
        omit(target.substr(0, scheme.size() - 1));
        omit(host);
      }
    }
    return true;
  }

  bool read_field(std::string_view line) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return false;
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = base::trim(line.substr(colon + 1), " \t");
    if (!base::is_http_token(name) || !is_field_value(value)) return false;
    const auto is = [name](std::string_view other) {
      return base::equals_ignoring_case(name, other);
    };
    if (is("Host")) ++hosts_;
    if (is("Transfer-Encoding")) transfer_encoding_ = true;
    if (is("Expect")) expects_continue_ = base::equals_ignoring_case(value, "100-continue");
    if (is("Content-Length")) {
      ++lengths_;
      length_ = value;
    }
    if (is("Expect") || is("Range")) omit({line.data(), line.size() + kEndOfLine.size()});
    return true;
  }

  const std::string_view head_;
  const std::size_t headers_max_;
  std::size_t at_ = 0;
  bool is_http_1_1_ = false;
  int hosts_ = 0;
  int lengths_ = 0;
  std::string_view length_;
  bool transfer_encoding_ = false;
  bool expects_continue_ = false;
  std::vector<Span> omitted_;
};

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
    // These can never become a request, so there is no use in waiting for more.
    return holds_bare_line_feed(bytes) || bytes.find('\0') != std::string_view::npos
               ? refused(400)
               : ParseResult{};
  }
  HeadReader reader(bytes.substr(0, end), limits.headers_max);
  if (const int status = reader.read(); status != 0)
    return refused(status, status == 431 ? Rejection::header_too_large : Rejection::malformed);
  ParseResult result;
  result.head_bytes = end + kEndOfHead.size();
  if (const auto digits = reader.length()) {
    const auto length = parse_length(*digits);
    if (!length) return refused(400);
    if (*length > limits.body_bytes_max) return refused(413, Rejection::body_too_large);
    result.body_bytes = *length;
  }
  const bool whole = bytes.size() >= result.head_bytes + result.body_bytes;
  result.state = whole ? ParseResult::State::complete : ParseResult::State::incomplete;
  result.expects_continue = reader.expects_continue() && !whole;
  result.omitted = reader.take_omitted();
  return result;
}

std::string relevant_head(std::string_view bytes, const ParseResult& parsed) {
  std::string head;
  head.reserve(parsed.head_bytes);
  std::size_t at = 0;
  for (const Span& span : parsed.omitted) {
    head += bytes.substr(at, span.begin - at);
    at = span.begin + span.bytes;
  }
  head += bytes.substr(at, parsed.head_bytes - at);
  return head;
}

}  // namespace reinfer::http
