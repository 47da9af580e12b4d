#include "record/ledgers.h"

#include <algorithm>

#include "base/check.h"

namespace reinfer::record {
namespace {

// Adds up the figures of several probe threads.
void add(const ExporterRecord& part, ExporterRecord& sum) {
  sum.probe_threads += part.probe_threads;
  sum.realtime_probe_threads += part.realtime_probe_threads;
  sum.schedule_lag.add(part.schedule_lag);
  sum.loop_busy_seconds += part.loop_busy_seconds;
  sum.probes_in_flight += part.probes_in_flight;
  sum.resent_requests += part.resent_requests;
  // The worse of the two clocks.
  if (part.clock_source && sum.clock_source != model::ClockSource::user)
    sum.clock_source = part.clock_source;
  for (std::size_t i = 0; i < model::kDistrustCount; ++i)
    sum.distrusted[i] += part.distrusted[i];
  for (std::size_t i = 0; i < kDroppedCount; ++i)
    sum.dropped[i] += part.dropped[i];
  sum.plan_loaded = std::max(sum.plan_loaded, part.plan_loaded);
  if (part.last_reload_successful) return;
  sum.last_reload_successful = false;
  sum.reload_problems = part.reload_problems;
}

// The snapshots of all parts as one.
Snapshot put_together(const model::Partition& partition, std::vector<Snapshot>& parts,
                      base::Instant now) {
  Snapshot whole{now, partition.whole, {}, {}, parts.front().controls, parts.front().exporter};
  whole.targets = {partition.targets.size(), [&](std::size_t i) {
                     const model::PartIndex& place = partition.targets[i];
                     return parts[place.part].targets.share(place.index);
                   }};
  whole.tenants = {partition.tenants.size(), [&](std::size_t i) {
                     const model::PartIndex& place = partition.tenants[i];
                     return parts[place.part].tenants.share(place.index);
                   }};
  for (std::size_t i = 1; i < parts.size(); ++i)
    add(parts[i].exporter, whole.exporter);
  return whole;
}

}  // namespace

Ledgers::Ledgers(model::Partition partition, base::Instant now) : partition_(std::move(partition)) {
  for (const auto& part : partition_.parts)
    ledgers_.push_back(
        std::make_unique<Ledger>(part, now, kEvidenceMax / partition_.parts.size(), &egress_));
}

Ledgers::Ledgers(std::shared_ptr<const model::Plan> plan, base::Instant now)
    : Ledgers(model::partition_plan(std::move(plan), 1), now) {}

void Ledgers::adopt(model::Partition partition, base::Instant now,
                    const std::function<std::vector<bool>()>& carry_out) {
  base::check(partition.parts.size() == ledgers_.size(), "there are as many parts as ledgers");
  const base::WriterLock lock(mutex_);
  hand_over_tenants(partition);
  const std::vector<bool> adopted = carry_out();
  for (std::size_t i = 0; i < ledgers_.size(); ++i) {
    const auto& part = partition.parts[i];
    if (!adopted.at(i)) ledgers_[i]->adopt(part, model::compare(*partition_.parts[i], *part), now);
  }
  partition_ = std::move(partition);
}

// No reader sees the figures twice or not at all: all of them wait until the reload has ended.
void Ledgers::hand_over_tenants(const model::Partition& next) {
  const auto& tenants = next.whole->tenants();
  for (std::size_t i = 0; i < tenants.size(); ++i) {
    const auto old = model::part_of(partition_, tenants[i].name);
    const std::size_t now = next.tenants[i].part;
    if (old && *old != now) ledgers_[now]->expect(ledgers_[*old]->figures_of(tenants[i].name));
  }
}

model::Partition Ledgers::partition() const {
  const base::ReaderLock lock(mutex_);
  return partition_;
}

std::optional<std::size_t> Ledgers::part_of(std::string_view tenant) const {
  const base::ReaderLock lock(mutex_);
  return model::part_of(partition_, tenant);
}

void Ledgers::record_reload_failed(std::vector<std::string> problems) {
  ledgers_.front()->record_reload_failed(std::move(problems));
}

void Ledgers::restore(std::string_view tenant, std::string_view probe, TargetPast past,
                      base::Instant now) {
  const base::ReaderLock lock(mutex_);
  const auto index = partition_.whole->find_target(tenant, probe);
  if (!index) return;
  const model::PartIndex place = partition_.targets.at(model::to_size(*index));
  ledgers_[place.part]->restore(model::TargetIndex(place.index), std::move(past), now);
}

void Ledgers::open_journals() {
  for (const auto& ledger : ledgers_)
    ledger->open_journal();
}

std::vector<JournalBatch> Ledgers::take_journals() {
  std::vector<JournalBatch> all;
  for (const auto& ledger : ledgers_)
    for (JournalBatch& batch : ledger->take_journal())
      all.push_back(std::move(batch));
  return all;
}

bool Ledgers::has_target(std::string_view tenant, std::string_view probe) const {
  const base::ReaderLock lock(mutex_);
  return partition_.whole->find_target(tenant, probe).has_value();
}

std::shared_ptr<const Snapshot> Ledgers::shared_snapshot(base::Instant now) const {
  return shared_.get(now.mono, [&] { return snapshot(now); });
}

Snapshot Ledgers::snapshot(base::Instant now) const {
  const base::ReaderLock lock(mutex_);
  Snapshot whole = ledgers_.front()->snapshot(now);
  if (ledgers_.size() == 1) return whole;
  std::vector<Snapshot> parts;
  parts.push_back(std::move(whole));
  for (std::size_t i = 1; i < ledgers_.size(); ++i)
    parts.push_back(ledgers_[i]->snapshot(now));
  return put_together(partition_, parts, now);
}

std::optional<TargetEvidence> Ledgers::evidence(std::string_view tenant,
                                                std::string_view probe) const {
  const base::ReaderLock lock(mutex_);
  const auto index = partition_.whole->find_target(tenant, probe);
  if (!index) return std::nullopt;
  auto found = ledgers_[partition_.targets[model::to_size(*index)].part]->evidence(tenant, probe);
  if (!found) return std::nullopt;
  found->evidence.move_to(*index);
  return TargetEvidence{partition_.whole, *index, std::move(found->evidence)};
}

std::optional<std::vector<RecentResults>> Ledgers::recents(
    const model::Plan* plan, const std::vector<model::TargetIndex>& targets) const {
  const base::ReaderLock lock(mutex_);
  if (plan != partition_.whole.get()) return std::nullopt;
  std::vector<RecentResults> found;
  found.reserve(targets.size());
  for (const model::TargetIndex target : targets) {
    const model::PartIndex place = partition_.targets.at(model::to_size(target));
    auto one = ledgers_[place.part]->recents(partition_.parts[place.part].get(),
                                             {model::TargetIndex(place.index)});
    if (!one) return std::nullopt;
    found.push_back(std::move(one->front()));
  }
  return found;
}

}  // namespace reinfer::record
