// The samples that Prometheus has stored for the targets of one tenant in a month, before any
// conclusion. Made by sla/reader.h, judged by sla/report.h. Plain values, no behaviour but the
// joining of exporters that followed one another; any thread.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "sla/samples.h"

namespace reinfer::sla {

// A value of the label slo.
inline constexpr const char* kAvailability = "availability";

struct StoredObjective {
  Samples events;  // counters
  Samples good;
  Samples egress;  // results that were no event as no control target was reached either
  Samples ratio;   // the objective itself, on a grid of some minutes
};

// One probe of one tenant, as one exporter saw it.
struct StoredTarget {
  SeriesLabels labels;   // without those of the exporter and of single series
  std::string instance;  // the exporter, as Prometheus names it
  std::map<std::string, StoredObjective> objectives;  // by the label slo
  Samples latency_threshold;                          // seconds, on the same grid
  std::map<std::string, Samples> counted;             // 1 or 0 by fault, on the same grid
  Samples interval;                                   // seconds between slots, on the same grid
  // When the exporter was first seen after each restart, as its start time tells; in order.
  std::vector<base::WallTime> restarts;
  // Counters by outcome and by reason. Those that stood still may be left out, as may stretches of
  // time.
  std::map<std::string, Samples> results;
  std::map<std::string, Samples> skipped;
};

// One probe seen from one place: by one exporter, or by several that followed one another, such as
// the pods of a deployment. Labels may have changed from one to the next.
struct Vantage {
  std::vector<const StoredTarget*> parts;  // in order of time, at least one
};

// Two exporters may be at work together for so long and still be taken for one that replaces the
// other. The counts of the newer one in that time are left out.
inline constexpr base::Nanoseconds kHandOverMax = std::chrono::minutes(5);

// Parts of one tenant's probe that are not at work together make a chain; of several that a part
// may carry on, it is the one of the same exporter, else of the same labels, else the latest.
// `targets` outlives the result. Targets without samples are in none.
std::vector<Vantage> vantages_of(const std::vector<StoredTarget>& targets);

// The names that a counter of each name has in any part: outcomes of `results`, say.
std::set<std::string> names_of(const Vantage& vantage,
                               std::map<std::string, Samples> StoredTarget::*counters);

// The samples of one counter of a target; nullptr or none where it has no such counter.
using CounterOf = const Samples* (*)(const StoredTarget& target, const std::string& name);

const Samples* events_of(const StoredTarget& target, const std::string& slo);
const Samples* good_of(const StoredTarget& target, const std::string& slo);
const Samples* egress_of(const StoredTarget& target, const std::string& slo);
const Samples* results_of(const StoredTarget& target, const std::string& outcome);
const Samples* skipped_of(const StoredTarget& target, const std::string& reason);

// How a counter grew over all parts. From the last sample of a part to the first of the next it
// broke and grew by nothing.
std::vector<Growth> growth_of(const Vantage& vantage, CounterOf counter, const std::string& name);

// Gauges of all parts, one after the other.
Samples gauge_of(const Vantage& vantage, CounterOf gauge, const std::string& name);

const Samples* ratio_of(const StoredTarget& target, const std::string& slo);
const Samples* threshold_of(const StoredTarget& target, const std::string&);
const Samples* interval_of(const StoredTarget& target, const std::string&);
const Samples* counted_of(const StoredTarget& target, const std::string& fault);

}  // namespace reinfer::sla
