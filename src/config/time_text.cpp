#include "config/time_text.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <chrono>

#include "base/problem.h"
#include "base/text.h"

namespace reinfer::config {
namespace {

using namespace std::chrono_literals;

// Reads parts from the front of a text; after the first failure it reads nothing more.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool ok() const { return ok_; }
  bool at_end() const { return text_.empty(); }

  // Exactly so many digits, with a value of at most `max`.
  int number(std::size_t digits, int max) {
    int value = 0;
    const std::string_view taken = text_.substr(0, digits);
    ok_ = ok_ && taken.size() == digits &&
          taken.find_first_not_of("0123456789") == std::string_view::npos;
    if (ok_) std::from_chars(taken.data(), taken.data() + taken.size(), value);
    ok_ = ok_ && value <= max;
    text_.remove_prefix(taken.size());
    return ok_ ? value : 0;
  }

  // The character if it is one of `any`, 0 otherwise.
  char optional(std::string_view any) {
    if (text_.empty() || any.find(text_[0]) == std::string_view::npos) return 0;
    const char taken = text_[0];
    text_.remove_prefix(1);
    return taken;
  }

  void required(std::string_view any) { ok_ = optional(any) != 0 && ok_; }

  // The digits after a decimal point.
  base::Nanoseconds fraction() {
    constexpr std::size_t kDigitsMax = 9;
    std::size_t digits = 0;
    std::int64_t value = 0;
    while (const char c = optional("0123456789")) {
      if (++digits <= kDigitsMax) value = 10 * value + (c - '0');
    }
    ok_ = ok_ && digits > 0 && digits <= kDigitsMax;
    for (std::size_t i = digits; i < kDigitsMax; ++i)
      value *= 10;
    return base::Nanoseconds(value);
  }

 private:
  std::string_view text_;
  bool ok_ = true;
};

}  // namespace

tl::expected<base::WallTime, std::string> parse_moment(std::string_view text) {
  Scanner scan(text);
  const auto not_a_moment = [&] {
    return tl::unexpected(fmt::format("is {}, allowed: {}", base::quote(text), kMomentForm));
  };
  const auto year = std::chrono::year(scan.number(4, 2199));
  scan.required("-");
  const auto month = std::chrono::month(static_cast<unsigned>(scan.number(2, 12)));
  scan.required("-");
  const auto day = std::chrono::day(static_cast<unsigned>(scan.number(2, 31)));
  const std::chrono::year_month_day date(year, month, day);
  if (!scan.ok() || !date.ok() || year < std::chrono::year(1970)) return not_a_moment();
  if (scan.at_end())
    return tl::unexpected(
        fmt::format("is {}, a date without a time, allowed: {}", base::quote(text), kMomentForm));
  scan.required("Tt ");
  base::Nanoseconds time = std::chrono::hours(scan.number(2, 23));
  scan.required(":");
  time += std::chrono::minutes(scan.number(2, 59));
  if (scan.optional(":") != 0) {
    time += std::chrono::seconds(scan.number(2, 59));
    if (scan.optional(".") != 0) time += scan.fraction();
  }
  if (!scan.ok()) return not_a_moment();
  if (scan.at_end())
    return tl::unexpected(
        fmt::format("is {}, without an offset and so another moment in each time zone, allowed: {}",
                    base::quote(text), kMomentForm));
  const char sign = scan.optional("Zz+-");
  if (sign == '+' || sign == '-') {
    base::Nanoseconds offset = std::chrono::hours(scan.number(2, 23));
    scan.required(":");
    offset += std::chrono::minutes(scan.number(2, 59));
    time += sign == '+' ? -offset : offset;
  }
  if (sign == 0 || !scan.ok() || !scan.at_end()) return not_a_moment();
  return base::WallTime(std::chrono::sys_days(date).time_since_epoch() + time);
}

std::optional<WeeklyTime> parse_weekly(std::string_view text) {
  constexpr std::array<std::string_view, 7> kDays = {"sunday",   "monday", "tuesday", "wednesday",
                                                     "thursday", "friday", "saturday"};
  constexpr std::size_t kShortDay = 3;
  const auto blank = std::min(text.find(' '), text.size());
  const std::string day = base::to_lower(text.substr(0, blank));
  Scanner scan(text.substr(blank));
  scan.required(" ");
  base::Nanoseconds time = std::chrono::hours(scan.number(2, 23));
  scan.required(":");
  time += std::chrono::minutes(scan.number(2, 59));
  if (!scan.ok() || !scan.at_end()) return std::nullopt;
  for (std::size_t i = 0; i < kDays.size(); ++i)
    if (day == kDays.at(i) || day == kDays.at(i).substr(0, kShortDay))
      return WeeklyTime{static_cast<std::uint8_t>(i), time};
  return std::nullopt;
}

}  // namespace reinfer::config
