// The difference between two plans, so that per-target, per-tenant and per-control state can be
// carried over when the plan changes. Names decide: a target is the same if its tenant and probe
// have the same names, whatever else has changed. Pure, any thread; a plain value.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "model/plan.h"

namespace reinfer::model {

struct PlanChange {
  // By position in the new plan: the position in the old plan; absent if it is new.
  std::vector<std::optional<std::size_t>> targets;
  std::vector<std::optional<std::size_t>> tenants;
  std::vector<std::optional<std::size_t>> controls;
  // By position in the old plan: the position in the new plan; absent if it was removed.
  std::vector<std::optional<TargetIndex>> targets_now;
};

PlanChange compare(const Plan& before, const Plan& after);

// Whether the targets are equal except for the position of their tenant.
bool is_unchanged(const Target& before, const Target& after);

// Numbers of targets added, removed, changed and unchanged, for the operator.
struct PlanDifference {
  std::size_t added = 0;
  std::size_t removed = 0;
  std::size_t changed = 0;
  std::size_t unchanged = 0;
  bool operator==(const PlanDifference&) const = default;
};

PlanDifference count_differences(const Plan& before, const Plan& after);

// `kept` in the order of the new plan; a new entry is `fresh(position)`. `kept` is moved from.
template <typename Value, typename Fresh>
std::vector<Value> carry_over(const std::vector<std::optional<std::size_t>>& origins,
                              std::vector<Value>& kept, Fresh fresh) {
  std::vector<Value> result;
  result.reserve(origins.size());
  for (std::size_t i = 0; i < origins.size(); ++i)
    result.push_back(origins[i] ? std::move(kept.at(*origins[i])) : fresh(i));
  return result;
}

}  // namespace reinfer::model
