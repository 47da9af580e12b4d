#include "record/objective_events.h"

namespace reinfer::record {
namespace {

void count(model::Objective objective, bool good, ObjectiveCounts& counts) {
  EventCount& count = counts.at(static_cast<std::size_t>(objective));
  ++count.events;
  if (good) ++count.good;
}

bool is_availability_event(const model::AvailabilityObjective& objective, model::Outcome outcome) {
  switch (model::availability_of(outcome)) {
    case model::AvailabilityEvent::good:
      return true;
    case model::AvailabilityEvent::bad:
      return model::counts(objective, model::fault_of(outcome));
    case model::AvailabilityEvent::excluded:
      break;
  }
  return false;
}

}  // namespace

void count_objectives(const model::Objectives& objectives, const model::ProbeResult& result,
                      ObjectiveCounts& counts) {
  const bool ok = result.outcome == model::Outcome::ok;
  if (objectives.availability && is_availability_event(*objectives.availability, result.outcome))
    count(model::Objective::availability, ok, counts);
  // A result that is in no latency histogram is no event: libcurl sent the request twice, or the
  // exporter was late.
  const bool fit = !result.resent && !model::distrust_of_total(result);
  if (objectives.latency && ok && fit && result.phases.total)
    count(model::Objective::latency, *result.phases.total <= objectives.latency->threshold, counts);
}

}  // namespace reinfer::record
