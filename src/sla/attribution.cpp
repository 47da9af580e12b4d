#include "sla/attribution.h"

#include <algorithm>
#include <set>

#include "model/objective.h"

namespace reinfer::sla {
namespace {

const std::string kOk = "ok";

// How much of a step's bad events has no outcome yet.
double open_in(const JudgedStep& step) {
  double open = step.bad;
  for (const auto& [outcome, count] : step.outcomes)
    open -= count;
  return std::max(open, 0.0);
}

// Gives a growth of failed results to the bad events of the same time; returns the rest.
double give(const Growth& results, const std::string& outcome, std::vector<JudgedStep>& steps) {
  double left = results.count;
  auto step = std::upper_bound(
      steps.begin(), steps.end(), results.from,
      [](base::WallTime moment, const JudgedStep& candidate) { return moment < candidate.to; });
  for (; step != steps.end() && step->to <= results.to && left > 0; ++step) {
    const double taken = std::min(left, open_in(*step));
    if (taken <= 0) continue;
    step->outcomes[outcome] += taken;
    left -= taken;
  }
  return left;
}

// By fault, 1 or 0 and since when; one that the exporter does not name is counted.
using CountedFaults = std::map<model::Fault, Samples>;

CountedFaults counted_faults(const Vantage& vantage) {
  CountedFaults counted;
  for (const model::Fault fault : model::kCountableFaults)
    counted[fault] = changes_of(gauge_of(vantage, counted_of, std::string(model::to_label(fault))));
  return counted;
}

bool counts(const CountedFaults& counted, model::Fault fault, base::WallTime time) {
  const auto found = counted.find(fault);
  return found != counted.end() && value_at(found->second, time).value_or(1) > 0;
}

std::set<std::string> names_of(const Vantage& vantage) {
  std::set<std::string> names;
  for (const StoredTarget* part : vantage.parts)
    for (const auto& [outcome, samples] : part->results)
      names.insert(outcome);
  return names;
}

bool within(const Growth& step, const TimeSpan& span) {
  return step.to > span.from && step.to <= span.to;
}

// Results of ok that were no good event: those of maintenance.
double ok_beyond_good(const Vantage& vantage, const TimeSpan& span) {
  const auto ok = growth_of(vantage, results_of, kOk);
  if (ok.empty()) return 0;
  const double good = total(growth_of(vantage, good_of, kAvailability), span);
  return std::max(total(ok, span) - good, 0.0);
}

void add(std::map<std::string, double>& counts, std::string_view name, double count) {
  if (count > 0) counts[std::string(name)] += count;
}

// Results of egress are among those whose fault is not counted, where it is not, else among what
// looks like maintenance.
void move_egress(double count, std::map<std::string, double>& excluded) {
  for (const std::string_view reason :
       {to_label(model::Fault::network), to_label(model::Fault::edge),
        std::string_view(kMaintenance)}) {
    const auto found = excluded.find(std::string(reason));
    if (found == excluded.end() || count <= 0) continue;
    const double taken = std::min(count, found->second);
    add(excluded, kEgress, taken);
    count -= taken;
    found->second -= taken;
    if (found->second <= 0) excluded.erase(found);
  }
}

}  // namespace

std::vector<JudgedStep> judged_steps(const Vantage& vantage, const std::string& slo) {
  std::vector<JudgedStep> steps;
  const auto events = growth_of(vantage, events_of, slo);
  const auto good = growth_of(vantage, good_of, slo);
  std::size_t next = 0;
  for (const Growth& step : events) {
    double good_count = 0;
    for (; next < good.size() && good[next].to <= step.to; ++next)
      good_count += good[next].count;
    steps.push_back(
        {step.from, step.to, step.count, std::max(step.count - good_count, 0.0), {}, step.broken});
  }
  return steps;
}

Attribution attribute(const Vantage& vantage, std::vector<JudgedStep>& steps,
                      const TimeSpan& month) {
  Attribution attribution;
  if (steps.empty()) return attribution;
  // Before there was an objective there was nothing to be excluded from.
  const TimeSpan span{std::max(month.from, steps.front().from),
                      std::min(month.to, steps.back().to)};
  const CountedFaults faults = counted_faults(vantage);
  for (const std::string& outcome : names_of(vantage)) {
    if (outcome == kOk) continue;
    const auto known = model::outcome_from_label(outcome);
    const model::Fault fault = known ? model::fault_of(*known) : model::Fault::none;
    for (const Growth& results : growth_of(vantage, results_of, outcome)) {
      if (results.count <= 0) continue;
      const bool counted = !known || counts(faults, fault, results.to);
      const double left = counted ? give(results, outcome, steps) : results.count;
      if (within(results, span))
        add(attribution.excluded, counted ? kMaintenance : model::to_label(fault), left);
    }
  }
  add(attribution.excluded, kMaintenance, ok_beyond_good(vantage, span));
  move_egress(total(growth_of(vantage, egress_of, kAvailability), span), attribution.excluded);
  for (const JudgedStep& step : steps) {
    if (!(step.to > span.from && step.to <= span.to)) continue;
    for (const auto& [outcome, count] : step.outcomes)
      add(attribution.bad, outcome, count);
    add(attribution.bad, kUnexplained, open_in(step));
  }
  return attribution;
}

}  // namespace reinfer::sla
