#include "config/prove_slo.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/duration.h"

namespace reinfer::config {
namespace {

// Whether both of a pair are there; reports the one that is missing.
bool prove_pair(const SloConfig& slo, const Setting<SloConfig>& written,
                base::ProblemList& problems) {
  if (slo.latency.written && !slo.latency_ratio.written)
    problems.add(slo.latency.place, written.key + ".latency_ratio",
                 "is missing: latency says how fast, latency_ratio how often, allowed: a "
                 "percentage such as latency_ratio = 95");
  if (slo.latency_ratio.written && !slo.latency.written)
    problems.add(slo.latency_ratio.place, written.key + ".latency",
                 "is missing: latency_ratio says how often, latency how fast, allowed: a duration "
                 "such as latency = \"800ms\"");
  return slo.latency.written == slo.latency_ratio.written;
}

// A probe that exceeds its timeout fails, which counts against availability and not latency.
bool prove_threshold(const SloConfig& slo, const TimeoutOfSlo& timeout,
                     base::ProblemList& problems) {
  if (!slo.latency.value || *slo.latency.value < timeout.timeout) return true;
  report(
      slo.latency,
      fmt::format("is {}, which no good probe can miss: the timeout is {} ({}), allowed: shorter "
                  "than the timeout",
                  base::format_duration(*slo.latency.value), base::format_duration(timeout.timeout),
                  timeout.described),
      problems);
  return false;
}

model::AvailabilityObjective availability_of(const SloConfig& slo) {
  model::AvailabilityObjective objective;
  objective.ratio = *slo.availability.value;
  for (std::size_t i = 0; i < model::kCountableFaults.size(); ++i) {
    const auto& count = slo.count.value;
    objective.counts[i] = !count || std::find(count->begin(), count->end(),
                                              model::kCountableFaults[i]) != count->end();
  }
  return objective;
}

}  // namespace

std::optional<model::Objectives> prove_slo(const SloConfig& slo, const Setting<SloConfig>& written,
                                           const TimeoutOfSlo& timeout,
                                           base::ProblemList& problems) {
  const bool unreadable = (slo.availability.written && !slo.availability.value) ||
                          (slo.latency.written && !slo.latency.value) ||
                          (slo.latency_ratio.written && !slo.latency_ratio.value) ||
                          (slo.count.written && !slo.count.value);
  const bool pair_fits = prove_pair(slo, written, problems);
  const bool threshold_fits = prove_threshold(slo, timeout, problems);
  if (slo.count.written && !slo.availability.written)
    report(slo.count, "goes with availability only, allowed: availability = 99.9 in the same table",
           problems);
  if (unreadable || !pair_fits || !threshold_fits) return std::nullopt;
  model::Objectives objectives;
  if (slo.availability.value) objectives.availability = availability_of(slo);
  if (slo.latency.value)
    objectives.latency = model::LatencyObjective{*slo.latency_ratio.value, *slo.latency.value};
  return objectives;
}

void add_latency_edge(const model::Objectives& objectives, std::vector<double>& edges) {
  if (!objectives.latency) return;
  const double edge = base::to_seconds(objectives.latency->threshold);
  const auto place = std::lower_bound(edges.begin(), edges.end(), edge);
  if (place == edges.end() || *place != edge) edges.insert(place, edge);
}

}  // namespace reinfer::config
