#include "sla/samples.h"

#include <algorithm>

namespace reinfer::sla {

std::vector<Growth> growth_of(const Samples& samples, const std::vector<base::WallTime>& restarts) {
  std::vector<Growth> growth;
  const auto restarted = [&](base::WallTime after, base::WallTime until) {
    const auto found = std::upper_bound(restarts.begin(), restarts.end(), after);
    return found != restarts.end() && *found <= until;
  };
  for (std::size_t i = 1; i < samples.size(); ++i) {
    const Sample& before = samples[i - 1];
    const Sample& now = samples[i];
    const bool fell = now.value < before.value || restarted(before.time, now.time);
    growth.push_back({before.time, now.time, fell ? now.value : now.value - before.value, fell});
  }
  return growth;
}

void append_newer(Samples& samples, const Samples& more) {
  for (const Sample& sample : more)
    if (samples.empty() || sample.time > samples.back().time) samples.push_back(sample);
}

std::optional<double> value_at(const Samples& samples, base::WallTime time) {
  if (samples.empty()) return std::nullopt;
  const auto later = std::upper_bound(
      samples.begin(), samples.end(), time,
      [](base::WallTime moment, const Sample& sample) { return moment < sample.time; });
  return later == samples.begin() ? samples.front().value : std::prev(later)->value;
}

Samples changes_of(const Samples& samples) {
  Samples changes;
  for (const Sample& sample : samples)
    if (changes.empty() || changes.back().value != sample.value) changes.push_back(sample);
  return changes;
}

double total(const std::vector<Growth>& growth, const TimeSpan& span) {
  double sum = 0;
  for (const Growth& step : growth)
    if (step.to > span.from && step.to <= span.to) sum += step.count;
  return sum;
}

}  // namespace reinfer::sla
