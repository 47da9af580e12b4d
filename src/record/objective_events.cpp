#include "record/objective_events.h"

namespace reinfer {
namespace {

void count(Objective objective, bool good, ObjectiveCounts& counts) {
  EventCount& count = counts.at(static_cast<std::size_t>(objective));
  ++count.events;
  if (good) ++count.good;
}

bool is_availability_event(const AvailabilityObjective& objective, Outcome outcome) {
  switch (availability_of(outcome)) {
    case AvailabilityEvent::good:
      return true;
    case AvailabilityEvent::bad:
      return counts(objective, fault_of(outcome));
    case AvailabilityEvent::excluded:
      break;
  }
  return false;
}

}  // namespace

void count_objectives(const Objectives& objectives, const ProbeResult& result,
                      ObjectiveCounts& counts) {
  const bool ok = result.outcome == Outcome::ok;
  if (objectives.availability && is_availability_event(*objectives.availability, result.outcome))
    count(Objective::availability, ok, counts);
  // What is in no latency histogram, because libcurl sent it twice or we spoilt it, is no event.
  const bool fit = !result.resent && !distrust_of_total(result);
  if (objectives.latency && ok && fit && result.phases.total)
    count(Objective::latency, *result.phases.total <= objectives.latency->threshold, counts);
}

}  // namespace reinfer
