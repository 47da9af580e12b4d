#include "sla/month.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/time_zone.h"

namespace reinfer::sla {
namespace {

constexpr int kYearMin = 2015;  // there was no Prometheus before

struct YearMonth {
  int year = 0;
  unsigned month = 0;
};

bool is_later(YearMonth a, YearMonth b) {
  return a.year != b.year ? a.year > b.year : a.month > b.month;
}

YearMonth after(YearMonth month) {
  return month.month == 12 ? YearMonth{month.year + 1, 1} : YearMonth{month.year, month.month + 1};
}

YearMonth before(YearMonth month) {
  return month.month == 1 ? YearMonth{month.year - 1, 12} : YearMonth{month.year, month.month - 1};
}

std::string name_of(YearMonth month) {
  return fmt::format("{:04}-{:02}", month.year, month.month);
}

std::optional<YearMonth> read(std::string_view text) {
  if (text.size() != 7 || text[4] != '-') return std::nullopt;
  int digits = 0;
  for (const std::size_t i : {0U, 1U, 2U, 3U, 5U, 6U}) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    digits = digits * 10 + (text[i] - '0');
  }
  const YearMonth month{digits / 100, static_cast<unsigned>(digits % 100)};
  if (month.month < 1 || month.month > 12) return std::nullopt;
  return month;
}

}  // namespace

tl::expected<Month, std::string> parse_month(std::string_view text, const std::string& zone,
                                             base::WallTime now) {
  const auto today = base::calendar_day(zone, now);
  if (!today)
    return tl::unexpected(
        fmt::format("--time-zone: \"{}\" is not known here, allowed: a name of the system's "
                    "time zones, such as Europe/Berlin or UTC",
                    zone));
  const YearMonth current{today->year, today->month};
  const auto wanted = text.empty() ? before(current) : read(text);
  if (!wanted)
    return tl::unexpected(
        fmt::format("--month: \"{}\" is not a month such as {}", text, name_of(before(current))));
  if (wanted->year < kYearMin || is_later(*wanted, current))
    return tl::unexpected(fmt::format("--month: is {}, allowed: {}-01 to {}, which is this month",
                                      name_of(*wanted), kYearMin, name_of(current)));
  const YearMonth next = after(*wanted);
  const auto start = base::start_of_day(zone, {wanted->year, wanted->month, 1});
  const auto end = base::start_of_day(zone, {next.year, next.month, 1});
  if (!start || !end) return tl::unexpected(fmt::format("--time-zone: {} cannot be read", zone));
  // Whole seconds, as everything that is printed.
  const base::WallTime cut =
      std::min(*end, base::WallTime(std::chrono::floor<std::chrono::seconds>(now)));
  return Month{name_of(*wanted), zone, {*start, cut}, !is_later(current, *wanted)};
}

}  // namespace reinfer::sla
