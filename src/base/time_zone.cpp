#include "base/time_zone.h"

#include <date/tz.h>

#include <exception>

namespace reinfer::base {
namespace {

// UTC needs no database, and a bare container has none.
struct Utc {
  static date::local_time<Nanoseconds> to_local(WallTime now) {
    return date::local_time<Nanoseconds>(now.time_since_epoch());
  }
  static WallTime to_sys(date::local_time<Nanoseconds> time, date::choose /*of two*/) {
    return WallTime(time.time_since_epoch());
  }
};

// `use` of the zone; nullopt if it is unknown or its file, read at the first use, is malformed. The
// library throws for an unknown name and for a system without a database alike.
template <typename Use>
auto with_zone(const std::string& name, Use use) -> std::optional<decltype(use(Utc()))> {
  if (name == "UTC") return use(Utc());
  try {
    return use(*date::locate_zone(name));
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace

std::optional<WallTime> latest_weekly(const std::string& zone, unsigned weekday,
                                      Nanoseconds time_of_day, WallTime now) {
  return with_zone(zone, [&](const auto& local) -> WallTime {
    const auto today = date::floor<date::days>(local.to_local(now));
    const auto day = today - (date::weekday(today) - date::weekday(weekday));
    const WallTime moment = local.to_sys(day + time_of_day, date::choose::earliest);
    if (moment <= now) return moment;
    return local.to_sys(day - date::weeks(1) + time_of_day, date::choose::earliest);
  });
}

std::optional<CalendarDay> calendar_day(const std::string& zone, WallTime now) {
  return with_zone(zone, [&](const auto& local) {
    const date::year_month_day day(date::floor<date::days>(local.to_local(now)));
    return CalendarDay{int(day.year()), unsigned(day.month()), unsigned(day.day())};
  });
}

std::optional<WallTime> start_of_day(const std::string& zone, const CalendarDay& day) {
  const date::year_month_day wanted(date::year(day.year), date::month(day.month),
                                    date::day(day.day));
  if (!wanted.ok()) return std::nullopt;
  return with_zone(zone, [&](const auto& local) -> WallTime {
    return local.to_sys(date::local_days(wanted) + Nanoseconds{0}, date::choose::earliest);
  });
}

}  // namespace reinfer::base
