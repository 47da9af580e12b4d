#include "sla/stored_series.h"

#include <algorithm>
#include <optional>
#include <tuple>

namespace reinfer::sla {
namespace {

template <typename Map>
const typename Map::mapped_type* find(const Map& map, const std::string& key) {
  const auto found = map.find(key);
  return found == map.end() ? nullptr : &found->second;
}

// From the first event sample to the last.
std::optional<TimeSpan> lifetime(const StoredTarget& target) {
  std::optional<TimeSpan> life;
  for (const auto& [slo, objective] : target.objectives) {
    if (objective.events.empty()) continue;
    const TimeSpan own{objective.events.front().time, objective.events.back().time};
    life = life ? TimeSpan{std::min(life->from, own.from), std::max(life->to, own.to)} : own;
  }
  return life;
}

struct Chain {
  Vantage vantage;
  base::WallTime until;
};

// How much speaks for a target carrying on a chain.
auto kinship(const Chain& chain, const StoredTarget& target) {
  const StoredTarget& last = *chain.vantage.parts.back();
  return std::tuple(last.instance == target.instance, last.labels == target.labels, chain.until);
}

bool of_one_probe(const StoredTarget& a, const StoredTarget& b) {
  for (const char* name : {"tenant", "probe"}) {
    const std::string* of_a = find(a.labels, name);
    const std::string* of_b = find(b.labels, name);
    if ((of_a == nullptr) != (of_b == nullptr) || (of_a != nullptr && *of_a != *of_b)) return false;
  }
  return true;
}

// The chain that a target carries on.
Chain* predecessor(std::vector<Chain>& chains, const StoredTarget& target, const TimeSpan& life) {
  Chain* best = nullptr;
  for (Chain& chain : chains) {
    const bool follows = of_one_probe(*chain.vantage.parts.back(), target) &&
                         chain.until - life.from <= kHandOverMax && chain.until < life.to;
    if (follows && (best == nullptr || kinship(chain, target) > kinship(*best, target)))
      best = &chain;
  }
  return best;
}

}  // namespace

std::vector<Vantage> vantages_of(const std::vector<StoredTarget>& targets) {
  std::vector<std::pair<TimeSpan, const StoredTarget*>> alive;
  for (const StoredTarget& target : targets)
    if (const auto life = lifetime(target)) alive.emplace_back(*life, &target);
  std::stable_sort(alive.begin(), alive.end(),
                   [](const auto& a, const auto& b) { return a.first.from < b.first.from; });
  std::vector<Chain> chains;
  for (const auto& [life, target] : alive) {
    if (Chain* chain = predecessor(chains, *target, life)) {
      chain->vantage.parts.push_back(target);
      chain->until = life.to;
    } else {
      chains.push_back({{{target}}, life.to});
    }
  }
  std::stable_sort(chains.begin(), chains.end(), [](const Chain& a, const Chain& b) {
    return a.vantage.parts.back()->labels < b.vantage.parts.back()->labels;
  });
  std::vector<Vantage> vantages;
  for (Chain& chain : chains)
    vantages.push_back(std::move(chain.vantage));
  return vantages;
}

std::set<std::string> names_of(const Vantage& vantage,
                               std::map<std::string, Samples> StoredTarget::*counters) {
  std::set<std::string> names;
  for (const StoredTarget* part : vantage.parts)
    for (const auto& [name, samples] : part->*counters)
      names.insert(name);
  return names;
}

const Samples* events_of(const StoredTarget& target, const std::string& slo) {
  const auto* objective = find(target.objectives, slo);
  return objective == nullptr ? nullptr : &objective->events;
}

const Samples* good_of(const StoredTarget& target, const std::string& slo) {
  const auto* objective = find(target.objectives, slo);
  return objective == nullptr ? nullptr : &objective->good;
}

const Samples* egress_of(const StoredTarget& target, const std::string& slo) {
  const auto* objective = find(target.objectives, slo);
  return objective == nullptr ? nullptr : &objective->egress;
}

const Samples* ratio_of(const StoredTarget& target, const std::string& slo) {
  const auto* objective = find(target.objectives, slo);
  return objective == nullptr ? nullptr : &objective->ratio;
}

const Samples* threshold_of(const StoredTarget& target, const std::string&) {
  return &target.latency_threshold;
}

const Samples* interval_of(const StoredTarget& target, const std::string&) {
  return &target.interval;
}

const Samples* counted_of(const StoredTarget& target, const std::string& fault) {
  return find(target.counted, fault);
}

const Samples* results_of(const StoredTarget& target, const std::string& outcome) {
  return find(target.results, outcome);
}

const Samples* skipped_of(const StoredTarget& target, const std::string& reason) {
  return find(target.skipped, reason);
}

std::vector<Growth> growth_of(const Vantage& vantage, CounterOf counter, const std::string& name) {
  std::vector<Growth> growth;
  std::optional<base::WallTime> until;
  for (const StoredTarget* part : vantage.parts) {
    const Samples* samples = counter(*part, name);
    if (samples == nullptr || samples->empty()) continue;
    if (until && samples->front().time > *until)
      growth.push_back({*until, samples->front().time, 0, true});
    else if (until)
      growth.push_back({*until, *until, 0, true});
    for (const Growth& step : growth_of(*samples, part->restarts))
      if (!until || step.to > *until) growth.push_back(step);
    until = until ? std::max(*until, samples->back().time) : samples->back().time;
  }
  return growth;
}

Samples gauge_of(const Vantage& vantage, CounterOf gauge, const std::string& name) {
  Samples all;
  for (const StoredTarget* part : vantage.parts)
    if (const Samples* samples = gauge(*part, name)) append_newer(all, *samples);
  return all;
}

}  // namespace reinfer::sla
