#include "base/time_zone.h"

#include <date/tz.h>

#include <exception>

namespace reinfer::base {
namespace {

// The library throws for an unknown name and for a system without a database alike.
const date::time_zone* find_zone(const std::string& name) {
  try {
    return date::locate_zone(name);
  } catch (const std::exception&) {
    return nullptr;
  }
}

WallTime latest_weekly_in(const date::time_zone& zone, date::weekday weekday,
                          Nanoseconds time_of_day, WallTime now) {
  const auto today = date::floor<date::days>(zone.to_local(now));
  const auto day = today - (date::weekday(today) - weekday);
  const WallTime moment = zone.to_sys(day + time_of_day, date::choose::earliest);
  if (moment <= now) return moment;
  return zone.to_sys(day - date::weeks(1) + time_of_day, date::choose::earliest);
}

}  // namespace

std::optional<WallTime> latest_weekly(const std::string& zone, unsigned weekday,
                                      Nanoseconds time_of_day, WallTime now) {
  const date::time_zone* found = find_zone(zone);
  if (found == nullptr) return std::nullopt;
  try {
    return latest_weekly_in(*found, date::weekday(weekday), time_of_day, now);
  } catch (const std::exception&) {  // its file, read at the first use, is malformed
    return std::nullopt;
  }
}

std::optional<CalendarDay> calendar_day(const std::string& zone, WallTime now) {
  const date::time_zone* found = find_zone(zone);
  if (found == nullptr) return std::nullopt;
  try {
    const date::year_month_day day(date::floor<date::days>(found->to_local(now)));
    return CalendarDay{int(day.year()), unsigned(day.month()), unsigned(day.day())};
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

std::optional<WallTime> start_of_day(const std::string& zone, const CalendarDay& day) {
  const date::time_zone* found = find_zone(zone);
  const date::year_month_day wanted(date::year(day.year), date::month(day.month),
                                    date::day(day.day));
  if (found == nullptr || !wanted.ok()) return std::nullopt;
  try {
    return found->to_sys(date::local_days(wanted) + Nanoseconds{0}, date::choose::earliest);
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace reinfer::base
