#include "base/http_date.h"

#include <curl/curl.h>

#include <algorithm>
#include <string>

namespace reinfer::base {
namespace {

constexpr std::size_t kDateBytesMax = 64;
constexpr long long kEndOf2200 = 7289654400;

// curl_getdate() also takes bare numbers, words in any order and dates without a time.
bool looks_like_http_date(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.size() < 24 || text.size() > kDateBytesMax) return false;
  if (is_digit(text.front()) || text.find(':') == std::string_view::npos) return false;
  return text.ends_with(" GMT") || std::all_of(text.end() - 4, text.end(), is_digit);
}

}  // namespace

std::optional<WallTime> parse_http_date(std::string_view text) {
  if (!looks_like_http_date(text)) return std::nullopt;
  const long long seconds = curl_getdate(std::string(text).c_str(), nullptr);
  if (seconds < 0) return std::nullopt;
  return from_unix_seconds(std::min(seconds, kEndOf2200));
}

}  // namespace reinfer::base
