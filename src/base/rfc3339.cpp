#include "base/rfc3339.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <charconv>

namespace reinfer::base {
namespace {

constexpr std::size_t kDecimalsMax = 9;

// Reads exactly `digits` digits and then `after` from the front of `text`.
std::optional<int> take_number(std::string_view& text, std::size_t digits, char after) {
  if (text.size() <= digits || text[digits] != after) return std::nullopt;
  if (text.find_first_not_of("0123456789") < digits) return std::nullopt;
  int number = 0;
  std::from_chars(text.data(), text.data() + digits, number);
  text.remove_prefix(digits + 1);
  return number;
}

std::optional<Nanoseconds> take_decimals(std::string_view text) {
  if (text.empty() || text.size() > kDecimalsMax ||
      text.find_first_not_of("0123456789") != std::string_view::npos)
    return std::nullopt;
  long long number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  for (std::size_t i = text.size(); i < kDecimalsMax; ++i)
    number *= 10;
  return Nanoseconds(number);
}

}  // namespace

std::string rfc3339(WallTime t) {
  const auto milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(t.time_since_epoch()).count() % 1000;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(
                         std::chrono::time_point_cast<std::chrono::system_clock::duration>(t))),
                     milliseconds);
}

std::optional<WallTime> parse_rfc3339(std::string_view text) {
  if (text.empty() || text.back() != 'Z') return std::nullopt;
  const auto year = take_number(text, 4, '-');
  const auto month = year ? take_number(text, 2, '-') : std::nullopt;
  const auto day = month ? take_number(text, 2, 'T') : std::nullopt;
  const auto hour = day ? take_number(text, 2, ':') : std::nullopt;
  const auto minute = hour ? take_number(text, 2, ':') : std::nullopt;
  if (!minute || text.size() < 3) return std::nullopt;
  const bool whole = text[2] == 'Z';
  const auto second = take_number(text, 2, whole ? 'Z' : '.');
  if (!second || (whole && !text.empty())) return std::nullopt;
  const auto decimals = whole ? Nanoseconds{0} : take_decimals(text.substr(0, text.size() - 1));
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!decimals || !date.ok() || *year < 1970 || *year > 2261 || *hour > 23 || *minute > 59 ||
      *second > 59)
    return std::nullopt;
  return WallTime(std::chrono::sys_days(date)) + std::chrono::hours(*hour) +
         std::chrono::minutes(*minute) + std::chrono::seconds(*second) + *decimals;
}

}  // namespace reinfer::base
