// Durations in configuration, command line and messages: "1500ms", "30s", "1m30s", "2h", "1d". Pure
// functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace reinfer::base {

// The form that parse_duration accepts, for error messages.
inline constexpr std::string_view kDurationForm =
    "a duration such as \"1500ms\", \"30s\", \"1m30s\", \"2h\" or \"1d\"";

// One or more whole numbers, each followed by its unit, units in falling order and none twice:
// d, h, m, s, ms, us. No sign, no spaces, no fractions; at most 365 days in all. Anything else is
// nullopt. "0s" is a duration; the caller decides whether zero is allowed.
std::optional<Nanoseconds> parse_duration(std::string_view text);

// The shortest text that parse_duration reads back as the same value ("1m30s"); fractions of a
// microsecond are dropped. Zero is "0s"; negative values get a leading '-' (which is not parsed).
std::string format_duration(Nanoseconds d);

// For people, with about three digits: "37.7 ms", "1.25 s", "3 h 12 min".
std::string describe_duration(Nanoseconds d);

}  // namespace reinfer::base
