// The share of a month that was watched. Time not watched is never counted as good. Used by
// sla/report.h. Pure functions; any thread.
#pragma once

#include <optional>
#include <vector>

#include "sla/samples.h"

namespace reinfer::sla {

struct Coverage {
  std::optional<TimeSpan> data;  // from the first sample in the month to the last
  // The time that the month's counts cover: from the last sample before it to the last one
  // in it. Where that is too far from the month's edge to have been watched, the edge.
  TimeSpan counted;
  std::vector<TimeSpan> unwatched;
  // Not seen in detail, but the counters went on: all is counted, what began and ended in such a
  // stretch has no better time.
  std::vector<TimeSpan> unseen;
  std::size_t restarts = 0;  // of the exporter, or handed over to another
  base::Nanoseconds watched{};
};

// `events`: of the objective. `others`: more counters of the same target; they tell a target whose
// probes all were no events from one that nobody probed. Silence of up to kSilenceMax is none.
Coverage coverage_of(const std::vector<Growth>& events,
                     const std::vector<std::vector<Growth>>& others, const TimeSpan& month);

}  // namespace reinfer::sla
