// An objective's attainment over some time, and its remaining error budget: the share of the
// events that may be bad. For readers of the page; the month's report has its own arithmetic over
// many stretches. Pure.
#pragma once

#include <optional>

#include "base/clock.h"
#include "model/objective.h"
#include "record/snapshot.h"

namespace reinfer::explain {

// The time that a budget is of.
inline constexpr base::Nanoseconds kBudgetWindow = std::chrono::hours(24) * 30;

struct ErrorBudget {
  double promised = 0;  // the objective, a ratio
  double events = 0;
  double bad = 0;
  base::WallTime since{};  // the first event may be as old
  // From a sketch of latencies, whose buckets are 9 % wide.
  bool estimated = false;
  // The part of the slots that has a result; absent where that is not known.
  std::optional<double> watched;

  // Good ones among the events; absent without one.
  std::optional<double> ratio() const;
  // 1 is all of the budget, more than that is too much. Absent without an event, and for an
  // objective that allows no bad one.
  std::optional<double> spent() const;
};

// The budget counted since the exporter began to probe the target; absent without such an
// objective.
std::optional<ErrorBudget> counted_budget(const model::Objectives& objectives,
                                          model::Objective objective,
                                          const record::TargetRecord& record);

// The ratio that is promised; absent without such an objective.
std::optional<double> promised_ratio(const model::Objectives& objectives,
                                     model::Objective objective);

}  // namespace reinfer::explain
