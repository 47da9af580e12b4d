#include "model/partition.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <unordered_map>

#include "base/check.h"
#include "base/hash.h"

namespace reinfer::model {

namespace {

// A request or a program: somebody is asked for the token, and a new one may end the old one.
bool is_fetched(const TokenSource& source) {
  return source.kind == TokenSource::Kind::oauth || source.kind == TokenSource::Kind::command;
}

// Tenants with equal keys share one source, which is asked once.
std::string key_of(const TokenSource& source) {
  std::string key = source.oauth.token_url + '\n' + source.oauth.client_id;
  for (const std::string& word : source.command)
    key += '\n' + word;
  return key;
}

// For each tenant the first one with which it has to share a part: itself if there is none before.
std::vector<std::size_t> leaders_of(const std::vector<Tenant>& tenants) {
  std::unordered_map<std::string, std::vector<std::size_t>> known;
  std::vector<std::size_t> leaders;
  for (std::size_t i = 0; i < tenants.size(); ++i) {
    leaders.push_back(i);
    if (!is_fetched(tenants[i].token)) continue;
    std::vector<std::size_t>& alike = known[key_of(tenants[i].token)];
    const auto first = std::find_if(alike.begin(), alike.end(), [&](std::size_t other) {
      return tenants[other].token == tenants[i].token;
    });
    if (first != alike.end())
      leaders.back() = *first;
    else
      alike.push_back(i);
  }
  return leaders;
}

// Probes a second. A tenant without a target weighs next to nothing, and is spread all the same.
std::vector<double> weights_of(const Plan& plan, const std::vector<std::size_t>& leaders) {
  constexpr double kTenant = 1e-6;
  std::vector<double> weights(plan.tenants().size());
  for (const std::size_t leader : leaders)
    weights[leader] += kTenant;
  for (const Target& target : plan.targets())
    weights[leaders[to_size(target.tenant)]] += 1 / base::to_seconds(target.interval);
  return weights;
}

// The groups of tenants that must stay together, and where they are.
struct Sharing {
  std::vector<double> weights;                      // of each leader
  std::vector<std::optional<std::size_t>> part_of;  // of each leader, once it has one
  std::vector<double> loads;                        // of each part

  void put(std::size_t leader, std::size_t part) {
    if (part_of[leader]) loads[*part_of[leader]] -= weights[leader];
    part_of[leader] = part;
    loads[part] += weights[leader];
  }
  std::size_t lightest() const {
    return static_cast<std::size_t>(std::min_element(loads.begin(), loads.end()) - loads.begin());
  }
  std::size_t heaviest() const {
    return static_cast<std::size_t>(std::max_element(loads.begin(), loads.end()) - loads.begin());
  }
};

// The heaviest first, each to the part that has least.
void place_new(const std::vector<std::size_t>& leaders, Sharing& sharing) {
  std::vector<std::size_t> homeless;
  for (std::size_t i = 0; i < leaders.size(); ++i)
    if (leaders[i] == i && !sharing.part_of[i]) homeless.push_back(i);
  std::stable_sort(homeless.begin(), homeless.end(), [&](std::size_t a, std::size_t b) {
    return sharing.weights[a] > sharing.weights[b];
  });
  for (const std::size_t leader : homeless)
    sharing.put(leader, sharing.lightest());
}

// A tenant that moves loses its kept connections, so the heaviest part gives some away only if it
// has much more than its share, and each move makes it lighter by a good part of that.
void even_out(const std::vector<std::size_t>& leaders, Sharing& sharing) {
  constexpr double kMuch = 1.25;
  constexpr double kWorthIt = 0.1;
  const double share = std::accumulate(sharing.loads.begin(), sharing.loads.end(), 0.0) /
                       static_cast<double>(sharing.loads.size());
  for (std::size_t moves = 0; moves < leaders.size(); ++moves) {
    const std::size_t from = sharing.heaviest();
    const std::size_t to = sharing.lightest();
    if (sharing.loads[from] <= kMuch * share) return;
    const double gap = sharing.loads[from] - sharing.loads[to];
    std::optional<std::size_t> best;
    const auto off = [&](std::size_t leader) {
      return std::abs(sharing.weights[leader] - gap / 2);
    };
    for (std::size_t i = 0; i < leaders.size(); ++i)
      if (leaders[i] == i && sharing.part_of[i] == from && (!best || off(i) < off(*best))) best = i;
    const double gain = best ? gap / 2 - off(*best) : 0;
    if (gain < kWorthIt * share) return;
    sharing.put(*best, to);
  }
}

// The part of each tenant.
std::vector<std::size_t> share_out(const Plan& plan, std::size_t parts, const Partition* before) {
  const std::vector<std::size_t> leaders = leaders_of(plan.tenants());
  Sharing sharing{weights_of(plan, leaders), {}, std::vector<double>(parts)};
  sharing.part_of.resize(leaders.size());
  if (before != nullptr)
    for (std::size_t i = 0; i < leaders.size(); ++i) {
      const auto part = part_of(*before, plan.tenants()[i].name);
      if (part && !sharing.part_of[leaders[i]]) sharing.put(leaders[i], *part);
    }
  place_new(leaders, sharing);
  if (before != nullptr) even_out(leaders, sharing);
  std::vector<std::size_t> chosen;
  for (const std::size_t leader : leaders)
    chosen.push_back(*sharing.part_of[leader]);
  return chosen;
}

}  // namespace

std::optional<std::size_t> part_of(const Partition& partition, std::string_view tenant) {
  const auto index = partition.whole->find_tenant(tenant);
  if (!index) return std::nullopt;
  return partition.tenants[to_size(*index)].part;
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
  const std::vector<std::size_t> part_of_tenant = share_out(*whole, parts, before);
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
  for (std::size_t i = 0; i < parts; ++i) {
    Plan part = whole->part(chosen[i]);
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
