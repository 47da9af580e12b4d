// Parses times and weekly times of maintenance windows. Pure functions, any thread. It applies no
// time zone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "base/clock.h"

namespace reinfer::config {

// The form that parse_moment accepts, for messages.
inline constexpr std::string_view kMomentForm =
    "a date and time with an offset such as 2026-03-07T22:00:00+01:00, or with Z for UTC";

// A date and time of RFC 3339, its seconds optional, from 1970 to 2199. The error names
// the problem; a missing offset has an error of its own.
tl::expected<base::WallTime, std::string> parse_moment(std::string_view text);

struct WeeklyTime {
  std::uint8_t weekday = 0;  // 0 is Sunday
  base::Nanoseconds time_of_day{};
  bool operator==(const WeeklyTime&) const = default;
};

// The form that parse_weekly accepts, for messages.
inline constexpr std::string_view kWeeklyForm =
    "a day of the week and a time from 00:00 to 23:59, such as \"sat 22:00\"";

// "sat 22:00" or "Saturday 22:00", in any case.
std::optional<WeeklyTime> parse_weekly(std::string_view text);

}  // namespace reinfer::config
