#include "model/partition.h"

#include <algorithm>

#include "base/check.h"
#include "base/hash.h"

namespace reinfer::model {

namespace {

// A request or a program: somebody is asked for the token, and a new one may end the old one.
bool is_fetched(const TokenSource& source) {
  return source.kind == TokenSource::Kind::oauth || source.kind == TokenSource::Kind::command;
}

// For each tenant the first one with which it has to share a part: itself if there is none before.
std::vector<std::size_t> leaders_of(const std::vector<Tenant>& tenants) {
  std::vector<std::size_t> leaders;
  for (std::size_t i = 0; i < tenants.size(); ++i) {
    const auto together = [&](const Tenant& other) { return other.token == tenants[i].token; };
    const auto first = is_fetched(tenants[i].token)
                           ? std::find_if(tenants.begin(), tenants.end(), together)
                           : tenants.begin() + static_cast<std::ptrdiff_t>(i);
    leaders.push_back(static_cast<std::size_t>(first - tenants.begin()));
  }
  return leaders;
}

// The part of each tenant.
std::vector<std::size_t> share_out(const std::vector<Tenant>& tenants, std::size_t parts,
                                   const Partition* before) {
  const std::vector<std::size_t> leaders = leaders_of(tenants);
  std::vector<std::optional<std::size_t>> of_leader(tenants.size());
  if (before != nullptr)
    for (std::size_t i = 0; i < tenants.size(); ++i)
      if (!of_leader[leaders[i]]) of_leader[leaders[i]] = part_of(*before, tenants[i].name);
  std::vector<std::size_t> chosen;
  for (const std::size_t leader : leaders)
    chosen.push_back(of_leader[leader].value_or(base::rendezvous(tenants[leader].name, parts)));
  return chosen;
}

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

std::optional<std::size_t> part_of(const Partition& partition, std::string_view tenant) {
  const auto& tenants = partition.whole->tenants();
  for (std::size_t i = 0; i < tenants.size(); ++i)
    if (tenants[i].name == tenant) return partition.tenants[i].part;
  return std::nullopt;
}

std::size_t parts_max(const Plan& plan) {
  const std::vector<std::size_t> leaders = leaders_of(plan.tenants());
  std::size_t count = 0;
  for (std::size_t i = 0; i < leaders.size(); ++i)
    count += leaders[i] == i;
  return count;
}

Partition partition_plan(std::shared_ptr<const Plan> whole, std::size_t parts,
                         const Partition* before) {
  base::check(parts > 0, "a plan is divided into something");
  base::check(before == nullptr || before->parts.size() == parts, "the number of parts is fixed");
  const std::vector<std::size_t> part_of_tenant = share_out(whole->tenants(), parts, before);
  std::vector<std::vector<TargetIndex>> chosen(parts);
  std::vector<std::size_t> tenants_of(parts);
  Partition partition{whole, {}, {}, {}};
  for (const std::size_t part : part_of_tenant)
    partition.tenants.push_back({part, tenants_of[part]++});
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
