#include "record/ledgers.h"

#include <algorithm>
#include <mutex>

#include "base/check.h"

namespace reinfer {
namespace {

// What an exporter with several probe threads says of itself.
void add(const ExporterRecord& part, ExporterRecord& sum) {
  sum.probe_threads += part.probe_threads;
  sum.realtime_probe_threads += part.realtime_probe_threads;
  sum.schedule_lag.add(part.schedule_lag);
  sum.loop_busy_seconds += part.loop_busy_seconds;
  sum.probes_in_flight += part.probes_in_flight;
  sum.resent_requests += part.resent_requests;
  // The worse of them.
  if (part.clock_source && sum.clock_source != ClockSource::user)
    sum.clock_source = part.clock_source;
  for (std::size_t i = 0; i < kDistrustCount; ++i)
    sum.distrusted[i] += part.distrusted[i];
  for (std::size_t i = 0; i < kDroppedCount; ++i)
    sum.dropped[i] += part.dropped[i];
  sum.plan_loaded = std::max(sum.plan_loaded, part.plan_loaded);
  if (part.last_reload_successful) return;
  sum.last_reload_successful = false;
  sum.reload_problems = part.reload_problems;
}

}  // namespace

Ledgers::Ledgers(Division division, Instant now) : division_(std::move(division)) {
  for (const auto& part : division_.parts)
    ledgers_.push_back(std::make_unique<Ledger>(part, now, kHistoryMax / division_.parts.size()));
}

Ledgers::Ledgers(std::shared_ptr<const Plan> plan, Instant now)
    : Ledgers(divide(std::move(plan), 1), now) {}

void Ledgers::adopt(Division division, Instant now,
                    const std::function<std::vector<bool>()>& carry_out) {
  check(division.parts.size() == ledgers_.size(), "there are as many parts as ledgers");
  const std::lock_guard lock(mutex_);
  const std::vector<bool> adopted = carry_out();
  for (std::size_t i = 0; i < ledgers_.size(); ++i) {
    const auto& part = division.parts[i];
    if (!adopted.at(i)) ledgers_[i]->adopt(part, compare(*division_.parts[i], *part), now);
  }
  division_ = std::move(division);
}

void Ledgers::record_reload_failed(std::vector<std::string> problems) {
  ledgers_.front()->record_reload_failed(std::move(problems));
}

bool Ledgers::has_target(std::string_view tenant, std::string_view probe) const {
  const std::shared_lock lock(mutex_);
  return division_.whole->find_target(tenant, probe).has_value();
}

Snapshot Ledgers::snapshot(Instant now) const {
  const std::shared_lock lock(mutex_);
  Snapshot whole = ledgers_.front()->snapshot(now);
  if (ledgers_.size() == 1) return whole;
  std::vector<Snapshot> parts;
  parts.push_back(std::move(whole));
  for (std::size_t i = 1; i < ledgers_.size(); ++i)
    parts.push_back(ledgers_[i]->snapshot(now));
  whole = {now, division_.whole, {}, {}, parts.front().controls, parts.front().exporter};
  whole.targets.reserve(division_.targets.size());
  for (const PartPlace& place : division_.targets)
    whole.targets.push_back(std::move(parts[place.part].targets[place.index]));
  for (const PartPlace& place : division_.tenants)
    whole.tenants.push_back(parts[place.part].tenants[place.index]);
  for (std::size_t i = 1; i < parts.size(); ++i)
    add(parts[i].exporter, whole.exporter);
  return whole;
}

std::optional<TargetHistory> Ledgers::history(std::string_view tenant,
                                              std::string_view probe) const {
  const std::shared_lock lock(mutex_);
  const auto index = division_.whole->find_target(tenant, probe);
  if (!index) return std::nullopt;
  auto found = ledgers_[division_.targets[to_size(*index)].part]->history(tenant, probe);
  if (!found) return std::nullopt;
  found->history.move_to(*index);
  return TargetHistory{division_.whole, *index, std::move(found->history)};
}

std::optional<std::vector<Recent>> Ledgers::recents(const Plan* plan,
                                                    const std::vector<TargetIndex>& targets) const {
  const std::shared_lock lock(mutex_);
  if (plan != division_.whole.get()) return std::nullopt;
  std::vector<Recent> found;
  found.reserve(targets.size());
  for (const TargetIndex target : targets) {
    const PartPlace place = division_.targets.at(to_size(target));
    auto one = ledgers_[place.part]->recents(division_.parts[place.part].get(),
                                             {TargetIndex(place.index)});
    if (!one) return std::nullopt;
    found.push_back(std::move(one->front()));
  }
  return found;
}

}  // namespace reinfer
