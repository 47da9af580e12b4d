// Local time in the zones of the system's database (tzdata), and in UTC without it. Pure except for
// reading that database, each zone once; any thread. The adapter to the date library: no other file
// knows it.
//
// The library reads transitions from the tables of the files and not from their rule for later
// years: Debian's tables end in 2037.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"

namespace reinfer::base {

// The last moment, not after `now`, at which the local time of `zone` was `time_of_day` on
// `weekday` (0 is Sunday). Of a local time that occurs twice the first counts; a skipped local time
// counts as the moment after the gap. nullopt if the zone is unknown. Takes microseconds.
std::optional<WallTime> latest_weekly(const std::string& zone, unsigned weekday,
                                      Nanoseconds time_of_day, WallTime now);

struct CalendarDay {
  int year = 0;
  unsigned month = 0;  // 1 is January
  unsigned day = 0;
  bool operator==(const CalendarDay&) const = default;
};

// The local date in `zone`; nullopt if the zone is unknown.
std::optional<CalendarDay> calendar_day(const std::string& zone, WallTime now);

// The first moment of a day in `zone`: midnight, or the moment after the gap if midnight is
// skipped. nullopt if the zone is unknown or the day does not exist.
std::optional<WallTime> start_of_day(const std::string& zone, const CalendarDay& day);

}  // namespace reinfer::base
