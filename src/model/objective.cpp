#include "model/objective.h"

#include <algorithm>

namespace reinfer::model {

std::string_view to_label(Objective objective) {
  static constexpr std::array<std::string_view, kObjectiveCount> kLabels = {"availability",
                                                                            "latency"};
  return kLabels.at(static_cast<std::size_t>(objective));
}

std::string_view to_label(Exclusion reason) {
  static constexpr std::array<std::string_view, kExclusionCount> kLabels = {"fault", "maintenance",
                                                                            "egress"};
  return kLabels.at(static_cast<std::size_t>(reason));
}

bool counts(const AvailabilityObjective& objective, Fault fault) {
  for (std::size_t i = 0; i < kCountableFaults.size(); ++i)
    if (kCountableFaults[i] == fault) return objective.counts[i];
  return false;
}

double burn_rate_max(double ratio) {
  return 1 / (1 - ratio);
}

double ratio_to_reach(const BurnLimit& limit) {
  return 1 - 1 / limit.rate;
}

base::Nanoseconds interval_to_judge(double ratio) {
  return base::from_seconds(base::to_seconds(kPagingWindow) * kPagingBurnRate * (1 - ratio));
}

double ratio_to_judge(base::Nanoseconds interval) {
  return 1 - base::to_seconds(interval) / base::to_seconds(kPagingWindow) / kPagingBurnRate;
}

}  // namespace reinfer::model
