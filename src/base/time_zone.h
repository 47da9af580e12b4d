// Local time in the zones of the system's database (tzdata). Pure but for reading that database,
// each zone once; any thread. This file alone knows the library that does it.
//
// The library takes transitions from the files' tables and not from their rule for the years
// beyond: Debian's tables end in 2037.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"

namespace reinfer::base {

bool is_time_zone(const std::string& name);

// The last moment, not after `now`, at which clocks of `zone` came to `time_of_day` on `weekday` (0
// is Sunday). A local time that comes twice counts when it comes first; one that is left out counts
// as the moment after the gap. nullopt if there is no such zone. Takes microseconds.
std::optional<WallTime> latest_weekly(const std::string& zone, unsigned weekday,
                                      Nanoseconds time_of_day, WallTime now);

struct CalendarDay {
  int year = 0;
  unsigned month = 0;  // 1 is January
  unsigned day = 0;
  bool operator==(const CalendarDay&) const = default;
};

// Which day it is in `zone`. nullopt if there is no such zone.
std::optional<CalendarDay> calendar_day(const std::string& zone, WallTime now);

// When a day begins in `zone`: at midnight, or where clocks leave that out, after the gap. nullopt
// if there is no such zone or no such day.
std::optional<WallTime> start_of_day(const std::string& zone, const CalendarDay& day);

}  // namespace reinfer::base
