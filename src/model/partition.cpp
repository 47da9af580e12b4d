#include "model/partition.h"

#include "base/check.h"
#include "base/hash.h"

namespace reinfer::model {

std::size_t part_of(std::string_view tenant, std::size_t parts) {
  return base::rendezvous(tenant, parts);
}

namespace {

// One for each part that has targets, the rest in proportion to them; `whole` in total, or more if
// there are more such parts.
std::vector<std::size_t> shares_of(std::size_t whole,
                                   const std::vector<std::vector<TargetIndex>>& parts) {
  std::size_t busy = 0;
  std::size_t targets = 0;
  for (const auto& part : parts) {
    busy += part.empty() ? 0 : 1;
    targets += part.size();
  }
  if (targets == 0) return std::vector<std::size_t>(parts.size());
  const std::size_t rest = whole > busy ? whole - busy : 0;
  std::vector<std::size_t> shares;
  std::size_t before = 0;
  for (const auto& part : parts) {
    const std::size_t up_to = before + part.size();
    shares.push_back(part.empty() ? 0 : 1 + rest * up_to / targets - rest * before / targets);
    before = up_to;
  }
  return shares;
}

}  // namespace

Partition partition_plan(std::shared_ptr<const Plan> whole, std::size_t parts) {
  base::check(parts > 0, "a plan is divided into something");
  std::vector<std::vector<TargetIndex>> chosen(parts);
  std::vector<std::size_t> tenants_of(parts);
  Partition partition{whole, {}, {}, {}};
  for (const Tenant& tenant : whole->tenants()) {
    const std::size_t part = part_of(tenant.name, parts);
    partition.tenants.push_back({part, tenants_of[part]++});
  }
  for (std::size_t i = 0; i < whole->targets().size(); ++i) {
    const std::size_t part = partition.tenants[to_size(whole->targets()[i].tenant)].part;
    partition.targets.push_back({part, chosen[part].size()});
    chosen[part].push_back(TargetIndex(i));
  }
  if (parts == 1) {
    partition.parts = {std::move(whole)};
    return partition;
  }
  const auto shares = shares_of(whole->limits().probes_in_flight_max, chosen);
  for (std::size_t i = 0; i < parts; ++i) {
    Plan part = whole->part(chosen[i]).with_probes_in_flight_max(shares[i]);
    if (!partition.parts.empty()) part = part.without_controls();
    partition.parts.push_back(std::make_shared<const Plan>(std::move(part)));
  }
  return partition;
}

std::shared_ptr<const Plan> shard_of(std::shared_ptr<const Plan> whole, Shard shard) {
  if (shard.count == 1) return whole;
  std::vector<TargetIndex> chosen;
  for (std::size_t i = 0; i < whole->targets().size(); ++i) {
    const Target& target = whole->targets()[i];
    // Neither name can hold a blank.
    if (base::rendezvous(target.tenant_name + " " + target.probe, shard.count) == shard.index)
      chosen.push_back(TargetIndex(i));
  }
  return std::make_shared<const Plan>(whole->part(chosen));
}

}  // namespace reinfer::model
