#include "sla/report.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <tuple>

#include "model/outcome.h"
#include "sla/attribution.h"
#include "sla/notes.h"

namespace reinfer::sla {
namespace {

Counts whole_counts(const std::map<std::string, double>& counts) {
  Counts result;
  for (const auto& [name, count] : counts)
    if (whole(count) > 0) result[name] = whole(count);
  return result;
}

Coverage coverage_of(const Vantage& vantage, const std::string& slo, const TimeSpan& month) {
  std::vector<std::vector<Growth>> others;
  for (const std::string& outcome : names_of(vantage, &StoredTarget::results))
    others.push_back(growth_of(vantage, results_of, outcome));
  for (const std::string& reason : names_of(vantage, &StoredTarget::skipped))
    others.push_back(growth_of(vantage, skipped_of, reason));
  // Latency has no events while nothing is ok, availability has.
  if (slo != kAvailability) others.push_back(growth_of(vantage, events_of, kAvailability));
  return coverage_of(growth_of(vantage, events_of, slo), others, month);
}

void count(SlaRow& row, const Vantage& vantage, const std::vector<JudgedStep>& steps,
           const TimeSpan& month) {
  double events = 0;
  double bad = 0;
  for (const JudgedStep& step : steps) {
    if (step.to <= month.from || step.to > month.to) continue;
    events += step.events;
    bad += step.bad;
  }
  row.events = whole(events);
  row.bad = std::min(whole(bad), row.events);
  row.good = row.events - row.bad;
  for (const std::string& reason : names_of(vantage, &StoredTarget::skipped))
    if (const Count slots = whole(total(growth_of(vantage, skipped_of, reason), month)); slots > 0)
      row.skipped[reason] = slots;
}

void explain(SlaRow& row, const Attribution& attribution) {
  row.bad_by_outcome = whole_counts(attribution.bad);
  row.excluded = whole_counts(attribution.excluded);
  for (const auto& [name, count] : row.bad_by_outcome) {
    const auto outcome = model::outcome_from_label(name);
    row.bad_by_fault[outcome ? std::string(to_label(model::fault_of(*outcome))) : kUnexplained] +=
        count;
  }
}

// The objective's values over the month, each with the events that fell under it.
std::vector<ObjectiveStretch> stretches_of(const Samples& ratio,
                                           const std::vector<JudgedStep>& steps,
                                           const TimeSpan& month) {
  std::vector<ObjectiveStretch> stretches;
  for (const Sample& change : changes_of(ratio)) {
    if (change.time > month.to) break;
    const base::WallTime from = stretches.empty() ? month.from : std::max(change.time, month.from);
    if (!stretches.empty()) stretches.back().span.to = from;
    stretches.push_back({{from, month.to}, change.value, 0, 0});
  }
  for (ObjectiveStretch& stretch : stretches)
    for (const JudgedStep& step : steps)
      if (step.to > stretch.span.from && step.to <= stretch.span.to) {
        stretch.events += whole(step.events);
        stretch.good += whole(step.events - step.bad);
      }
  return stretches;
}

bool is_lone(const Outage& outage) {
  return outage.bad <= 1 && !outage.began_before && !outage.went_on;
}

SlaRow make_row(const Vantage& vantage, const std::string& slo, const Month& month,
                std::size_t outages_max) {
  SlaRow row;
  row.labels = vantage.parts.back()->labels;
  row.slo = slo;
  for (const StoredTarget* part : vantage.parts)
    if (row.instances.empty() || row.instances.back() != part->instance)
      row.instances.push_back(part->instance);
  std::vector<JudgedStep> steps = judged_steps(vantage, slo);
  if (slo == kAvailability) explain(row, attribute(vantage, steps, month.span));
  count(row, vantage, steps, month.span);
  row.coverage = coverage_of(vantage, slo, month.span);
  row.slots = slots_of(vantage, slo, row.coverage, month.span);
  row.stretches = stretches_of(gauge_of(vantage, ratio_of, slo), steps, month.span);
  if (!row.stretches.empty()) row.objective = row.stretches.back().objective;
  if (slo != kAvailability)
    row.latency_threshold_seconds = value_at(gauge_of(vantage, threshold_of, ""), month.span.to);
  judge(row, row.slots.unwatched());
  std::vector<Outage> outages = outages_of(steps, month.span);
  row.lone_bad = std::erase_if(outages, is_lone);
  row.outages_total = outages.size();
  row.outages = longest(std::move(outages), outages_max);
  row.days = empty_days(month);
  count_days(row.days, steps);
  watch_days(row.days, judged_growth(vantage, slo), due_slots(vantage, row.slots, month.span));
  row.notes = notes_of(row, vantage, month);
  return row;
}

std::set<std::string> objectives_of(const Vantage& vantage) {
  std::set<std::string> names;
  for (const StoredTarget* part : vantage.parts)
    for (const auto& [slo, objective] : part->objectives)
      if (!objective.events.empty()) names.insert(slo);
  return names;
}

}  // namespace

std::string_view to_label(SlaVerdict verdict) {
  static constexpr std::array<std::string_view, 3> kLabels = {"met", "breached", "unknown"};
  return kLabels.at(static_cast<std::size_t>(verdict));
}

const std::string& SlaRow::label(const std::string& name) const {
  static const std::string none;
  const auto found = labels.find(name);
  return found == labels.end() ? none : found->second;
}

std::vector<SlaRow> make_rows(const std::vector<StoredTarget>& targets, const Month& month,
                              std::size_t outages_max) {
  std::vector<SlaRow> rows;
  for (const Vantage& vantage : vantages_of(targets))
    for (const std::string& slo : objectives_of(vantage))
      rows.push_back(make_row(vantage, slo, month, outages_max));
  std::stable_sort(rows.begin(), rows.end(), [](const SlaRow& a, const SlaRow& b) {
    const auto key = [](const SlaRow& row) {
      return std::tuple(row.label("tenant"), row.label("probe"), row.slo);
    };
    return key(a) < key(b);
  });
  note_several_exporters(rows);
  return rows;
}

void judge(SlaRow& row, double unwatched) {
  if (row.events == 0) return;
  const auto events = static_cast<double>(row.events);
  const auto good = static_cast<double>(row.good);
  row.ratio = good / events;
  row.ratio_min = good / (events + unwatched);
  row.ratio_max = (good + unwatched) / (events + unwatched);
  if (!row.objective) return;
  double budget = 0;
  for (const ObjectiveStretch& stretch : row.stretches)
    budget += static_cast<double>(stretch.events) * (1 - stretch.objective);
  if (budget > 0) row.budget_spent = static_cast<double>(row.bad) / budget;
  if (*row.ratio < *row.objective)
    row.verdict = SlaVerdict::breached;
  else if (*row.ratio_min >= *row.objective)
    row.verdict = SlaVerdict::met;
}

SlaVerdict verdict_of(const SlaReport& report) {
  SlaVerdict worst = report.rows.empty() ? SlaVerdict::unknown : SlaVerdict::met;
  for (const auto* rows : {&report.rows, &report.tenants})
    for (const SlaRow& row : *rows) {
      if (row.verdict == SlaVerdict::breached) return SlaVerdict::breached;
      if (row.verdict == SlaVerdict::unknown) worst = SlaVerdict::unknown;
    }
  return worst;
}

}  // namespace reinfer::sla
