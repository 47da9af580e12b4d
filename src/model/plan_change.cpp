#include "model/plan_change.h"

#include <string_view>
#include <tuple>
#include <unordered_map>

namespace reinfer::model {
namespace {

// Neither name can hold a blank.
std::string full_name(const Target& target) {
  return target.tenant_name + " " + target.probe;
}

template <typename Item, typename Name>
std::vector<std::optional<std::size_t>> origins(const std::vector<Item>& before,
                                                const std::vector<Item>& after, Name name) {
  std::unordered_map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < before.size(); ++i)
    places.emplace(name(before[i]), i);
  std::vector<std::optional<std::size_t>> result;
  result.reserve(after.size());
  for (const Item& item : after) {
    const auto found = places.find(name(item));
    result.push_back(found == places.end() ? std::nullopt : std::optional(found->second));
  }
  return result;
}

}  // namespace

PlanChange compare(const Plan& before, const Plan& after) {
  PlanChange change;
  change.targets = origins(before.targets(), after.targets(), full_name);
  change.tenants =
      origins(before.tenants(), after.tenants(), [](const Tenant& tenant) { return tenant.name; });
  // A control with another URL is another control.
  change.controls = origins(before.controls(), after.controls(), [](const Control& control) {
    return control.name + " " + control.url;
  });
  change.targets_now.resize(before.targets().size());
  for (std::size_t i = 0; i < change.targets.size(); ++i)
    if (change.targets[i]) change.targets_now[*change.targets[i]] = TargetIndex(i);
  return change;
}

bool is_unchanged(const Target& before, const Target& after) {
  Target moved = before;
  moved.tenant = after.tenant;
  return moved == after;
}

PlanDifference count_differences(const Plan& before, const Plan& after) {
  const PlanChange change = compare(before, after);
  PlanDifference difference;
  for (std::size_t i = 0; i < change.targets.size(); ++i) {
    const Target& target = after.targets()[i];
    if (!change.targets[i]) {
      ++difference.added;
      continue;
    }
    const Target& old = before.targets()[*change.targets[i]];
    const bool same =
        is_unchanged(old, target) && before.tenant(old.tenant) == after.tenant(target.tenant);
    ++(same ? difference.unchanged : difference.changed);
  }
  for (const auto& now : change.targets_now)
    if (!now) ++difference.removed;
  return difference;
}

}  // namespace reinfer::model
