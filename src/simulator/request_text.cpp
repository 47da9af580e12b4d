#include "simulator/request_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/http_token.h"
#include "base/text.h"

namespace reinfer::simulator {
namespace {

constexpr std::array<std::pair<int, std::string_view>, 22> kReasons = {{
    {200, "OK"},
    {204, "No Content"},
    {302, "Found"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {413, "Content Too Large"},
    {418, "I'm a Teapot"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {500, "Internal Server Error"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {520, "Web Server Returned an Unknown Error"},
    {522, "Connection Timed Out"},
    {524, "A Timeout Occurred"},
    {530, "Origin DNS Error"},
}};

std::optional<Request> parse_request_line(std::string_view line) {
  const auto words = base::split(line, ' ');
  if (words.size() != 3 || !base::is_http_token(words[0]) || words[1].empty()) return std::nullopt;
  Request request;
  request.method = words[0];
  if (words[2] != "HTTP/1.1" && words[2] != "HTTP/1.0") return std::nullopt;
  request.minor_version = words[2].back() - '0';
  const auto mark = words[1].find('?');
  const auto path = percent_decode(words[1].substr(0, mark));
  if (!path || path->front() != '/') return std::nullopt;
  request.path = *path;
  if (mark != std::string_view::npos) request.query = words[1].substr(mark + 1);
  return request;
}

std::optional<Header> parse_header(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || !base::is_http_token(line.substr(0, colon)))
    return std::nullopt;
  return Header{std::string(line.substr(0, colon)),
                std::string(base::trim(line.substr(colon + 1)))};
}

}  // namespace

std::string_view Request::header(std::string_view name) const {
  for (const Header& header : headers)
    if (base::equals_ignoring_case(header.name, name)) return header.value;
  return {};
}

bool Request::wants_to_keep_alive() const {
  const std::string connection = base::to_lower(header("connection"));
  if (minor_version == 0) return connection == "keep-alive";
  return connection.find("close") == std::string::npos;
}

std::variant<Request, Problem> parse_head(std::string_view head) {
  const auto lines = base::split(head, '\n');
  auto request = parse_request_line(base::trim(lines[0], "\r"));
  if (!request) return Problem{"malformed request line"};
  for (std::size_t i = 1; i < lines.size(); ++i) {
    auto header = parse_header(base::trim(lines[i], "\r"));
    if (!header) return Problem{"malformed header line"};
    request->headers.push_back(std::move(*header));
  }
  return std::move(*request);
}

std::optional<std::size_t> body_size(const Request& request) {
  const std::string_view text = request.header("content-length");
  if (text.empty()) return 0;
  std::size_t size = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return size;
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    unsigned value = 0;
    const std::string_view digits = text.substr(i + 1, 2);
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (digits.size() != 2 || error != std::errc{} || end != digits.data() + 2) return std::nullopt;
    decoded += static_cast<char>(value);
    i += 2;
  }
  return decoded;
}

std::string form_field(std::string_view form, std::string_view name) {
  for (const std::string_view field : base::split(form, '&')) {
    const auto equals = field.find('=');
    if (equals == std::string_view::npos || field.substr(0, equals) != name) continue;
    std::string value(field.substr(equals + 1));
    std::replace(value.begin(), value.end(), '+', ' ');
    return percent_decode(value).value_or("");
  }
  return {};
}

std::string_view reason_phrase(int status) {
  for (const auto& [code, phrase] : kReasons)
    if (code == status) return phrase;
  return "Unknown";
}

}  // namespace reinfer::simulator
