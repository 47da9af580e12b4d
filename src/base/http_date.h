// Dates as HTTP writes them (RFC 9110 section 5.6.7). Used for Retry-After, by the server for its
// replies and by the simulator. Pure functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace reinfer::base {

// All three forms that a recipient must accept, read by libcurl:
//   Sun, 06 Nov 1994 08:49:37 GMT     IMF-fixdate
//   Sunday, 06-Nov-94 08:49:37 GMT    RFC 850
//   Sun Nov  6 08:49:37 1994          asctime
// A date after the year 2200 becomes the end of that year; nullopt for a date before 1970 and for
// anything else.
std::optional<WallTime> parse_http_date(std::string_view text);

// The preferred form (IMF-fixdate), in whole seconds; independent of the locale.
std::string format_http_date(WallTime time);

}  // namespace reinfer::base
