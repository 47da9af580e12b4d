// Dates as HTTP writes them (RFC 9110 section 5.6.7), read by libcurl. Used for Retry-After and
// Date. Pure, any thread. It writes no dates.
#pragma once

#include <optional>
#include <string_view>

#include "base/clock.h"

namespace reinfer::base {

// All three forms that a recipient must accept:
//   Sun, 06 Nov 1994 08:49:37 GMT     IMF-fixdate
//   Sunday, 06-Nov-94 08:49:37 GMT    RFC 850
//   Sun Nov  6 08:49:37 1994          asctime
// A date after the year 2200 becomes the end of that year; nullopt for a date before 1970 and for
// anything else.
std::optional<WallTime> parse_http_date(std::string_view text);

}  // namespace reinfer::base
