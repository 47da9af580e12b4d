// How many slots of a target were due in a month and how many were judged. Used by sla/report.h and
// sla/tenant_slices.h. Pure functions; any thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "sla/coverage.h"
#include "sla/stored_series.h"

namespace reinfer::sla {

using Count = std::uint64_t;
using Counts = std::map<std::string, Count>;

Count whole(double count);

// Slots near the edge of a month may be counted in its neighbour: so few missing are none.
inline constexpr double kEdgeSlots = 2;

struct Slots {
  double due = 0;
  // With a result of the other side, in announced maintenance too.
  double judged = 0;
  // Slots that were skipped, and results that say nothing about the other side: of credentials, the
  // request, the monitor, or of egress. By reason.
  Counts unjudged;

  double unwatched() const { return due - judged > kEdgeSlots ? due - judged : 0; }
  // 0 to 1. Due slots without any sample are unwatched as well.
  double watched_ratio() const { return due > 0 ? 1 - unwatched() / due : 0; }
};

// Those of an objective, from its first sample on. The interval of the grid tells how many were
// due; where it is not stored, the rate at which slots came while the exporter was scraped.
Slots slots_of(const Vantage& vantage, const std::string& slo, const Coverage& coverage,
               const TimeSpan& month);

// The growth of what is judged, one that is less than nothing where it was egress after all.
std::vector<Growth> judged_growth(const Vantage& vantage, const std::string& slo);

// How many slots were due within a part of the month.
struct DueSlots {
  double per_second = 0;  // of the whole month
  Samples interval;       // where it is stored

  double within(const TimeSpan& span) const;
};

DueSlots due_slots(const Vantage& vantage, const Slots& slots, const TimeSpan& month);

}  // namespace reinfer::sla
