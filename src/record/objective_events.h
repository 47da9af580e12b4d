// Counts a result against the objectives of its target: the events that were judged, and the good
// ones among them. A pure function over the ledger's own counts, called under its mutex.
#pragma once

#include <array>
#include <cstdint>

#include "model/objective.h"
#include "model/probe_result.h"

namespace reinfer::record {

struct EventCount {
  std::uint64_t events = 0;
  std::uint64_t good = 0;
  bool operator==(const EventCount&) const = default;
};

using ObjectiveCounts = std::array<EventCount, model::kObjectiveCount>;

inline const EventCount& of(const ObjectiveCounts& counts, model::Objective objective) {
  return counts.at(static_cast<std::size_t>(objective));
}

// Availability: every result is an event, except those that say nothing about the other side, by
// their outcome or because their fault is not counted. Latency: ok results, good if within the
// threshold. The caller leaves out results in maintenance. A target without an objective counts
// nothing for it.
void count_objectives(const model::Objectives& objectives, const model::ProbeResult& result,
                      ObjectiveCounts& counts);

}  // namespace reinfer::record
