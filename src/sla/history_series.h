// Counters of targets out of the exporter's own history, in the form in which Prometheus would have
// stored them, so that both give the same report. Used by the command. Pure functions; any thread.
#pragma once

#include <string>
#include <vector>

#include "history/slice.h"
#include "sla/stored_series.h"

namespace reinfer::sla {

// What is read of the history for a month: as much more on both sides as of Prometheus.
TimeSpan history_span(const TimeSpan& month, base::WallTime now);

// A sample at each end of a slice while the exporter was at work and the target was configured, one
// at the beginning and one at the end. Nothing is lost at a restart. `span`: that of
// history_span(), for which `counted` was read.
std::vector<StoredTarget> stored_targets(const std::string& tenant, const history::Counted& counted,
                                         const TimeSpan& span);

}  // namespace reinfer::sla
