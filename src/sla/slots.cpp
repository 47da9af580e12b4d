#include "sla/slots.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "model/outcome.h"
#include "sla/attribution.h"

namespace reinfer::sla {
namespace {

bool says_nothing(model::Outcome outcome) {
  return model::availability_of(outcome) == model::AvailabilityEvent::excluded;
}

// Slots a second, as the grid of each time had them.
double slot_rate(const Samples& interval) {
  double sum = 0;
  for (const Sample& sample : interval)
    sum += sample.value > 0 ? 1 / sample.value : 0;
  return interval.empty() ? 0 : sum / static_cast<double>(interval.size());
}

}  // namespace

Count whole(double count) {
  return static_cast<Count>(std::llround(std::max(count, 0.0)));
}

Slots slots_of(const Vantage& vantage, const std::string& slo, const Coverage& coverage,
               const TimeSpan& month) {
  Slots slots;
  const auto events = growth_of(vantage, events_of, slo);
  if (events.empty()) return slots;
  const TimeSpan span{std::max(month.from, events.front().from),
                      std::min(month.to, events.back().to)};
  const auto leave_out = [&](const std::string& reason, double count) {
    if (whole(count) > 0) slots.unjudged[reason] += whole(count);
  };
  for (const std::string& name : names_of(vantage, &StoredTarget::results)) {
    const double count = total(growth_of(vantage, results_of, name), span);
    const auto outcome = model::outcome_from_label(name);
    if (outcome && says_nothing(*outcome))
      leave_out(std::string(to_label(model::fault_of(*outcome))), count);
    else
      slots.judged += count;
  }
  // Latency is judged on ok results, so its own count may lack those of egress.
  const double egress = std::max(total(growth_of(vantage, egress_of, slo), span),
                                 total(growth_of(vantage, egress_of, kAvailability), span));
  slots.judged = std::max(slots.judged - egress, 0.0);
  leave_out(kEgress, egress);
  for (const std::string& reason : names_of(vantage, &StoredTarget::skipped))
    leave_out("skipped: " + reason, total(growth_of(vantage, skipped_of, reason), span));
  const double seconds = base::to_seconds(coverage.counted.to - coverage.counted.from);
  if (const Samples interval = gauge_of(vantage, interval_of, ""); !interval.empty()) {
    slots.due = seconds * slot_rate(interval);
  } else if (coverage.watched > base::Nanoseconds{0}) {
    double seen = slots.judged;
    for (const auto& [reason, count] : slots.unjudged)
      seen += static_cast<double>(count);
    slots.due = seen * seconds / base::to_seconds(coverage.watched);
  }
  return slots;
}

std::vector<Growth> judged_growth(const Vantage& vantage, const std::string& slo) {
  std::vector<Growth> judged;
  for (const std::string& name : names_of(vantage, &StoredTarget::results)) {
    const auto outcome = model::outcome_from_label(name);
    if (outcome && says_nothing(*outcome)) continue;
    for (const Growth& growth : growth_of(vantage, results_of, name))
      if (growth.count > 0) judged.push_back(growth);
  }
  for (Growth growth : growth_of(vantage, egress_of, slo)) {
    growth.count = -growth.count;
    if (growth.count < 0) judged.push_back(growth);
  }
  return judged;
}

double DueSlots::within(const TimeSpan& span) const {
  Samples own;
  for (const Sample& sample : interval)
    if (sample.time >= span.from && sample.time < span.to) own.push_back(sample);
  return base::to_seconds(span.to - span.from) * (own.empty() ? per_second : slot_rate(own));
}

DueSlots due_slots(const Vantage& vantage, const Slots& slots, const TimeSpan& month) {
  const double seconds = base::to_seconds(month.to - month.from);
  return {seconds > 0 ? slots.due / seconds : 0, gauge_of(vantage, interval_of, "")};
}

}  // namespace reinfer::sla
