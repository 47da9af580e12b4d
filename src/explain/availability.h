// The availability of a target as people read it, always with the time that it is of: what the
// exporter has seen for 18 seconds is no day. Pure.
#pragma once

#include <string>
#include <vector>

#include "record/recent_results.h"

namespace reinfer::explain {

struct AvailabilityFigure {
  record::AvailabilitySum sum;
  std::string span;   // "hour", "day", or how long it was watched: "18 s"
  bool whole = true;  // the span is an hour or a day
};

// Of the last hour and the last day; of the time watched, once, where that is less than an hour.
// After a restart the day goes on, and instead of the hour comes the time since the restart.
std::vector<AvailabilityFigure> availability_figures(const record::RecentResults& recent,
                                                     base::MonoTime now);

}  // namespace reinfer::explain
