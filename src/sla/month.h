// The month that a report is of. Used by the command and by everything that is cut to the month's
// edges. Pure but for the system's time zones; any thread.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "base/clock.h"
#include "sla/samples.h"

namespace reinfer::sla {

struct Month {
  std::string name;  // "2026-10"
  std::string zone = "UTC";
  TimeSpan span;        // of the calendar, or up to now
  bool so_far = false;  // it is not over
};

// `text`: "2026-10", or "" for the last month that is over. The month begins and ends at midnight
// in `zone`, so one in which clocks are set is an hour shorter or longer. The error names the
// problem and what is allowed.
tl::expected<Month, std::string> parse_month(std::string_view text, const std::string& zone,
                                             base::WallTime now);

}  // namespace reinfer::sla
