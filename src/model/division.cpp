#include "model/division.h"

#include "base/check.h"
#include "base/hash.h"

namespace reinfer {

std::size_t part_of(std::string_view tenant, std::size_t parts) {
  return rendezvous(tenant, parts);
}

Division divide(std::shared_ptr<const Plan> whole, std::size_t parts) {
  check(parts > 0, "a plan is divided into something");
  std::vector<std::vector<TargetIndex>> chosen(parts);
  std::vector<std::size_t> tenants_of(parts);
  Division division{whole, {}, {}, {}};
  for (const Tenant& tenant : whole->tenants()) {
    const std::size_t part = part_of(tenant.name, parts);
    division.tenants.push_back({part, tenants_of[part]++});
  }
  for (std::size_t i = 0; i < whole->targets().size(); ++i) {
    const std::size_t part = division.tenants[to_size(whole->targets()[i].tenant)].part;
    division.targets.push_back({part, chosen[part].size()});
    chosen[part].push_back(TargetIndex(i));
  }
  if (parts == 1) {
    division.parts = {std::move(whole)};
    return division;
  }
  const std::size_t most = whole->limits().probes_in_flight_max;
  const std::size_t all = whole->targets().size();
  for (const auto& targets : chosen) {
    const std::size_t share = all == 0 ? 0 : (most * targets.size() + all - 1) / all;
    Plan part = whole->part(targets).with_probes_in_flight_max(share);
    if (!division.parts.empty()) part = part.without_controls();
    division.parts.push_back(std::make_shared<const Plan>(std::move(part)));
  }
  return division;
}

std::shared_ptr<const Plan> shard_of(std::shared_ptr<const Plan> whole, Shard shard) {
  if (shard.count == 1) return whole;
  std::vector<TargetIndex> chosen;
  for (std::size_t i = 0; i < whole->targets().size(); ++i) {
    const Target& target = whole->targets()[i];
    // Neither name can hold a blank.
    if (rendezvous(target.tenant_name + " " + target.probe, shard.count) == shard.index)
      chosen.push_back(TargetIndex(i));
  }
  return std::make_shared<const Plan>(whole->part(chosen));
}

}  // namespace reinfer
