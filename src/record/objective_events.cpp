#include "record/objective_events.h"

namespace reinfer::record {
namespace {

EventCount& of(ObjectiveCounts& counts, model::Objective objective) {
  return counts.at(static_cast<std::size_t>(objective));
}

void exclude(EventCount& count, model::Exclusion reason) {
  ++count.excluded.at(static_cast<std::size_t>(reason));
}

void count_event(EventCount& count, bool good) {
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

// A result that is in no latency histogram is no event: it failed, libcurl sent the request twice,
// or the exporter was late.
bool is_latency_event(const model::ProbeResult& result) {
  return result.outcome == model::Outcome::ok && !result.resent &&
         !model::distrust_of_total(result) && result.phases.total;
}

EventMark mark_between(const EventCount& before, const EventCount& after) {
  const auto egress = static_cast<std::size_t>(model::Exclusion::egress);
  if (after.good != before.good) return EventMark::good;
  if (after.events != before.events) return EventMark::bad;
  return after.excluded.at(egress) != before.excluded.at(egress) ? EventMark::egress
                                                                 : EventMark::none;
}

}  // namespace

EventMarks marks_between(const ObjectiveCounts& before, const ObjectiveCounts& after) {
  EventMarks marks{};
  for (std::size_t i = 0; i < marks.size(); ++i)
    marks[i] = mark_between(before[i], after[i]);
  return marks;
}

std::optional<model::Exclusion> exclusion_of(model::Outcome outcome, bool in_maintenance,
                                             bool egress_lost) {
  if (in_maintenance) return model::Exclusion::maintenance;
  const model::Fault fault = model::fault_of(outcome);
  if (egress_lost && (fault == model::Fault::network || fault == model::Fault::edge))
    return model::Exclusion::egress;
  return std::nullopt;
}

void count_objectives(const model::Objectives& objectives, const model::ProbeResult& result,
                      std::optional<model::Exclusion> exclusion, ObjectiveCounts& counts) {
  using model::Exclusion;
  if (const auto& objective = objectives.availability) {
    EventCount& count = of(counts, model::Objective::availability);
    if (exclusion || !is_availability_event(*objective, result.outcome))
      exclude(count, exclusion.value_or(Exclusion::fault));
    else
      count_event(count, result.outcome == model::Outcome::ok);
  }
  if (const auto& objective = objectives.latency) {
    EventCount& count = of(counts, model::Objective::latency);
    if (exclusion || !is_latency_event(result))
      exclude(count, exclusion.value_or(Exclusion::fault));
    else
      count_event(count, *result.phases.total <= objective->threshold);
  }
}

}  // namespace reinfer::record
