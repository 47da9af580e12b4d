// What a plan has in common with the one before it, so that whoever keeps something for each
// target, tenant or control can carry it over when the plan changes. Names decide: a target is the
// same if its tenant and probe are called so, whatever else became of it. Pure; a plain value.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "model/plan.h"

namespace reinfer::model {

struct PlanChange {
  // By position in the new plan: where it stood in the old one; absent if it is new.
  std::vector<std::optional<std::size_t>> targets;
  std::vector<std::optional<std::size_t>> tenants;
  std::vector<std::optional<std::size_t>> controls;
  // By position in the old plan: where the target stands now; absent if it is gone.
  std::vector<std::optional<TargetIndex>> targets_now;
};

PlanChange compare(const Plan& before, const Plan& after);

// The same target but for its position and its tenant's.
bool is_unchanged(const Target& before, const Target& after);

// For an operator: how many targets came, went, were changed and stayed as they were.
struct PlanDifference {
  std::size_t added = 0;
  std::size_t removed = 0;
  std::size_t changed = 0;
  std::size_t unchanged = 0;
  bool operator==(const PlanDifference&) const = default;
};

PlanDifference count_differences(const Plan& before, const Plan& after);

// `kept` in the order of the new plan; what is new gets `fresh(position)`. `kept` is moved from.
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
