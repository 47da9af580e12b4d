#include "sla/tenant_slices.h"

#include <algorithm>
#include <set>

#include "model/outcome.h"
#include "sla/attribution.h"
#include "sla/notes.h"

namespace reinfer::sla {
namespace {

struct Slice {
  double events = 0;
  double good = 0;
  double judged = 0;  // results of the other side, in maintenance too
};

class Slices {
 public:
  explicit Slices(const TimeSpan& month) {
    const auto phase = month.from.time_since_epoch() % kSlice;
    from_ = phase == base::Nanoseconds{0} ? month.from : month.from + (kSlice - phase);
    if (month.to > from_) slices_.resize(static_cast<std::size_t>((month.to - from_) / kSlice));
  }

  // Adds what grew within each slice.
  void add(const Samples* samples, const StoredTarget& target, double Slice::*count,
           double sign = 1) {
    if (samples == nullptr) return;
    for (const Growth& step : growth_of(*samples, target.restarts)) {
      if (step.from < from_ || step.count <= 0) continue;
      const auto i = static_cast<std::size_t>((step.from - from_) / kSlice);
      if (i < slices_.size() && step.to <= start_of(i) + kSlice)
        slices_[i].*count += sign * step.count;
    }
  }

  base::WallTime start_of(std::size_t i) const {
    return from_ + kSlice * static_cast<std::int64_t>(i);
  }
  const std::vector<Slice>& all() const { return slices_; }

  // A growth of one for each slice that holds a judgement.
  std::vector<Growth> judged() const {
    std::vector<Growth> growth;
    for (std::size_t i = 0; i < slices_.size(); ++i)
      if (slices_[i].judged > 0) growth.push_back({start_of(i), start_of(i) + kSlice, 1, false});
    return growth;
  }

 private:
  base::WallTime from_;
  std::vector<Slice> slices_;
};

void add(const StoredTarget& target, Slices& slices) {
  const auto found = target.objectives.find(kAvailability);
  if (found == target.objectives.end()) return;
  slices.add(&found->second.events, target, &Slice::events);
  slices.add(&found->second.good, target, &Slice::good);
  slices.add(&found->second.egress, target, &Slice::judged, -1);
  for (const auto& [name, samples] : target.results) {
    const auto outcome = model::outcome_from_label(name);
    if (!outcome || model::availability_of(*outcome) != model::AvailabilityEvent::excluded)
      slices.add(&samples, target, &Slice::judged);
  }
}

// The strictest, as it was last of each probe.
std::optional<double> strictest(const std::vector<StoredTarget>& targets, base::WallTime end) {
  std::optional<double> ratio;
  for (const Vantage& vantage : vantages_of(targets))
    if (const auto own = value_at(gauge_of(vantage, ratio_of, kAvailability), end))
      ratio = std::max(ratio.value_or(0), *own);
  return ratio;
}

bool too_far_apart(const std::vector<StoredTarget>& targets) {
  std::optional<double> shortest;
  for (const StoredTarget& target : targets)
    if (!target.interval.empty())
      shortest =
          std::min(shortest.value_or(target.interval.back().value), target.interval.back().value);
  return shortest && *shortest > base::to_seconds(kSlicedIntervalMax);
}

std::vector<std::string> exporters_of(const std::vector<StoredTarget>& targets) {
  std::set<std::string> names;
  for (const StoredTarget& target : targets)
    names.insert(target.instance);
  return {names.begin(), names.end()};
}

std::vector<JudgedStep> count(SlaRow& row, const Slices& slices) {
  std::vector<JudgedStep> steps;
  row.slots.due = static_cast<double>(slices.all().size());
  for (std::size_t i = 0; i < slices.all().size(); ++i) {
    const Slice& slice = slices.all()[i];
    const bool counts = slice.events > 0;
    const bool is_down = counts && slice.good <= 0;
    row.events += counts ? 1 : 0;
    row.bad += is_down ? 1 : 0;
    row.slots.judged += slice.judged > 0 ? 1 : 0;
    const base::WallTime from = slices.start_of(i);
    steps.push_back({from, from + kSlice, counts ? 1.0 : 0.0, is_down ? 1.0 : 0.0, {}, false});
  }
  row.good = row.events - row.bad;
  return steps;
}

}  // namespace

std::optional<SlaRow> tenant_row(const std::vector<StoredTarget>& targets, const Month& month,
                                 std::size_t outages_max) {
  const auto objective = strictest(targets, month.span.to);
  if (!objective || too_far_apart(targets)) return std::nullopt;
  SlaRow row;
  row.labels = {{"tenant", targets.front().labels.at("tenant")}};
  row.slo = kTenantAvailability;
  row.instances = exporters_of(targets);
  row.objective = objective;
  Slices slices(month.span);
  for (const StoredTarget& target : targets)
    add(target, slices);
  const std::vector<JudgedStep> steps = count(row, slices);
  row.days = empty_days(month);
  count_days(row.days, steps);
  watch_days(row.days, slices.judged(), {1 / base::to_seconds(kSlice), {}});
  row.stretches = {{month.span, *objective, row.events, row.good}};
  row.coverage.watched = base::from_seconds(base::to_seconds(month.span.to - month.span.from) *
                                            row.slots.watched_ratio());
  judge(row, row.slots.unwatched());
  std::vector<Outage> outages = outages_of(steps, month.span);
  row.outages_total = outages.size();
  row.outages = longest(std::move(outages), outages_max);
  note_verdict(row, row.notes);
  return row;
}

}  // namespace reinfer::sla
