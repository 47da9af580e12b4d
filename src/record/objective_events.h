// Counts a result against the objectives of its target: the events that were judged, the good ones
// among them, and what was no event, by reason. A pure function over the ledger's own counts,
// called under its mutex.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "model/objective.h"
#include "model/probe_result.h"

namespace reinfer::record {

struct EventCount {
  std::uint64_t events = 0;
  std::uint64_t good = 0;
  std::array<std::uint64_t, model::kExclusionCount> excluded{};
  bool operator==(const EventCount&) const = default;
};

using ObjectiveCounts = std::array<EventCount, model::kObjectiveCount>;

inline const EventCount& of(const ObjectiveCounts& counts, model::Objective objective) {
  return counts.at(static_cast<std::size_t>(objective));
}

// How one result counted for one objective. `none`: no event, or there is no such objective.
enum class EventMark : std::uint8_t { none, good, bad, egress };
using EventMarks = std::array<EventMark, model::kObjectiveCount>;

// From the counts before a result and after it.
EventMarks marks_between(const ObjectiveCounts& before, const ObjectiveCounts& after);

// The reason that excludes a result from all objectives, by two facts of one moment: whether it
// touched maintenance, and whether every control failed then. Maintenance comes first.
std::optional<model::Exclusion> exclusion_of(model::Outcome outcome, bool in_maintenance,
                                             bool egress_lost);

// Each result is an event of each objective of its target, or excluded from it for one reason.
// Availability: every result is an event, except those that say nothing about the other side, by
// their outcome or because their fault is not counted. Latency: ok results, good if within the
// threshold. `exclusion`: what excludes this one from both. A target without an objective counts
// nothing for it.
void count_objectives(const model::Objectives& objectives, const model::ProbeResult& result,
                      std::optional<model::Exclusion> exclusion, ObjectiveCounts& counts);

}  // namespace reinfer::record
