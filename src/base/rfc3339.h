// Time stamps in documents: "2026-11-23T00:00:00.005Z" (RFC 3339, always UTC). Used by the JSON
// renderers and by texts for people. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace reinfer::base {

// The form that parse_rfc3339 accepts, for error messages.
inline constexpr std::string_view kRfc3339Form = "a UTC time such as \"2026-11-23T02:14:00Z\"";

// With milliseconds, rounded down.
std::string rfc3339(WallTime t);

// "YYYY-MM-DDTHH:MM:SSZ", seconds with up to nine decimals. Years 1970 to 2261. nullopt otherwise.
std::optional<WallTime> parse_rfc3339(std::string_view text);

}  // namespace reinfer::base
