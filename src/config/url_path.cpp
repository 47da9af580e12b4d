#include "config/url_path.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/problem.h"
#include "base/text.h"

namespace reinfer::config {
namespace {

std::optional<char> decoded_escape(std::string_view text) {
  unsigned value = 0;
  if (text.size() < 3 || text[0] != '%') return std::nullopt;
  const auto [end, error] = std::from_chars(text.data() + 1, text.data() + 3, value, 16);
  if (error != std::errc{} || end != text.data() + 3) return std::nullopt;
  return static_cast<char>(value);
}

}  // namespace

std::optional<std::string> character_fault(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == ' ') return "contains a space, allowed: %20 instead";
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return "contains a control character";
    if (static_cast<unsigned char>(c) >= 0x80)
      return "contains a character outside ASCII, allowed: its percent-encoded form";
    if (std::string_view("\"<>\\^`{|}").find(c) != std::string_view::npos)
      return fmt::format("contains the character {}, allowed: its percent-encoded form %{:02X}", c,
                         static_cast<unsigned>(c));
    if (c == '%' && !decoded_escape(text.substr(i)))
      return "contains a % without two hexadecimal digits after it, allowed: %25 for a % sign";
  }
  return std::nullopt;
}

std::optional<std::string> path_fault(std::string_view path) {
  if (path.empty() || path[0] != '/') return "does not start with /";
  if (auto fault = character_fault(path)) return fault;
  if (path.find("//") != std::string_view::npos)
    return "contains //, an empty segment, allowed: single slashes";
  for (const std::string_view segment : path_segments(path)) {
    const std::string plain = percent_decoded(segment);
    if (plain == "." || plain == "..")
      return fmt::format("contains the segment {}, allowed: the path written out without it",
                         base::quote(segment));
  }
  return std::nullopt;
}

std::vector<std::string_view> path_segments(std::string_view path) {
  const std::string_view inner = base::trim(path, "/");
  return inner.empty() ? std::vector<std::string_view>{} : base::split(inner, '/');
}

std::string percent_decoded(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto escape = decoded_escape(text.substr(i));
    result += escape.value_or(text[i]);
    if (escape) i += 2;
  }
  return result;
}

}  // namespace reinfer::config
