#include "base/http_date.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>

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

std::string format_http_date(WallTime time) {
  constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed",
                                                     "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds =
      std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                     kDays[static_cast<std::size_t>(utc.tm_wday)], utc.tm_mday,
                     kMonths[static_cast<std::size_t>(utc.tm_mon)], utc.tm_year + 1900, utc.tm_hour,
                     utc.tm_min, utc.tm_sec);
}

}  // namespace reinfer::base
