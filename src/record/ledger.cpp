#include "record/ledger.h"

#include <algorithm>

#include "base/check.h"
#include "record/maintenance_check.h"
#include "record/tally.h"

namespace reinfer::record {
namespace {

// One edge is 2 ms, the benchmarks' demand on the 99th percentile.
const std::vector<double> kLagEdges = {0.0001, 0.00025, 0.0005, 0.001, 0.002, 0.005,
                                       0.01,   0.025,   0.05,   0.1,   0.25,  1};

}  // namespace

Ledger::Ledger(std::shared_ptr<const model::Plan> plan, base::Instant now, std::size_t evidence_max,
               Egress* egress)
    : evidence_max_(evidence_max),
      egress_(egress == nullptr ? own_egress_ : *egress),
      plan_(std::move(plan)) {
  for (const model::Target& target : plan_->targets())
    targets_.push_back(empty_record(target, now.wall));
  for (std::size_t i = 0; i < plan_->tenants().size(); ++i)
    tenants_.push_back({});
  controls_.resize(plan_->controls().size());
  evidence_.resize(plan_->targets().size());
  exporter_.schedule_lag = Histogram(kLagEdges);
  exporter_.plan_loaded = now.wall;
}

void Ledger::adopt(std::shared_ptr<const model::Plan> plan, const model::PlanChange& change,
                   base::Instant now) {
  const base::InheritingLock lock(mutex_);
  const std::shared_ptr<const model::Plan> before = std::exchange(plan_, std::move(plan));
  journal_.adopt(plan_);
  targets_.rearrange(change.targets, [&targets = plan_->targets(), now](std::size_t i) {
    return empty_record(targets[i], now.wall);
  });
  evidence_ = model::carry_over(change.targets, evidence_, [](std::size_t) { return Evidence(); });
  tenants_.rearrange(change.tenants, [](std::size_t) { return TenantRecord{}; });
  const bool had_controls = !controls_.empty();
  controls_ = model::carry_over(change.controls, controls_,
                                [](std::size_t) { return std::optional<bool>{}; });
  // One ledger of several has the controls, and the others know nothing of them.
  if (had_controls || !controls_.empty()) egress_.note(controls_);
  for (std::size_t i = 0; i < targets_.size(); ++i)
    if (change.targets[i]) fit(model::TargetIndex(i), before->targets()[*change.targets[i]], now);
  for (std::size_t i = 0; i < tenants_.size(); ++i)
    if (change.tenants[i] &&
        before->tenants()[*change.tenants[i]].base_url != plan_->tenants()[i].base_url)
      tenants_.edit(i).certificate_expiry.reset();
  take_expected(change, now);
  remembered_ = 0;
  for (const Evidence& evidence : evidence_)
    remembered_ += evidence.size();
  exporter_.probes_in_flight = 0;
  for (std::size_t i = 0; i < targets_.size(); ++i)
    exporter_.probes_in_flight += targets_[i].in_flight ? 1U : 0U;
  // Otherwise a thread without targets would show the clock of an exchange that is history.
  if (targets_.empty()) exporter_.clock_source.reset();
  exporter_.plan_loaded = now.wall;
  exporter_.last_reload_successful = true;
  exporter_.reload_problems.clear();
}

void Ledger::take_expected(const model::PlanChange& change, base::Instant now) {
  for (TenantFigures& figures : std::exchange(expected_, {})) {
    const auto now_at = plan_->find_tenant(figures.tenant.name);
    const std::size_t i = now_at ? model::to_size(*now_at) : 0;
    if (now_at && !change.tenants[i]) {
      const model::Tenant& tenant = plan_->tenants()[i];
      TenantRecord& record = tenants_.edit(i);
      record = figures.record;
      if (tenant.base_url != figures.tenant.base_url) record.certificate_expiry.reset();
    }
    for (TenantFigures::OfTarget& moved : figures.targets) {
      const auto index = plan_->find_target(figures.tenant.name, moved.target.probe);
      if (!index || change.targets[model::to_size(*index)]) continue;
      moved.record.in_flight = false;
      targets_.edit(model::to_size(*index)) = std::move(moved.record);
      evidence_.at(model::to_size(*index)) = std::move(moved.evidence);
      fit(*index, moved.target, now);
    }
  }
}

void Ledger::expect(TenantFigures figures) {
  const base::InheritingLock lock(mutex_);
  expected_.push_back(std::move(figures));
}

TenantFigures Ledger::figures_of(std::string_view name) const {
  const base::InheritingLock lock(mutex_);
  const auto tenant = plan_->find_tenant(name);
  base::check(tenant.has_value(), "the tenant is in this ledger");
  const std::size_t index = model::to_size(*tenant);
  TenantFigures figures{plan_->tenant(*tenant), tenants_[index], {}};
  for (std::size_t i = 0; i < targets_.size(); ++i)
    if (model::to_size(plan_->targets()[i].tenant) == index)
      figures.targets.push_back({plan_->targets()[i], targets_[i], evidence_[i]});
  return figures;
}

// Figures that do not fit the changed target are given up.
void Ledger::fit(model::TargetIndex index, const model::Target& before, base::Instant now) {
  const model::Target& target = plan_->target(index);
  const std::size_t at = model::to_size(index);
  Evidence& evidence = evidence_.at(at);
  if (targets_[at].duration.edges() != target.buckets) {
    const TargetRecord empty = empty_record(target, now.wall);
    TargetRecord& record = targets_.edit(at);
    record.duration = empty.duration;
    record.server_processing = empty.server_processing;
    record.network_overhead = empty.network_overhead;
  }
  const bool same_request =
      before.method == target.method && before.url == target.url && before.body == target.body;
  if (same_request) {
    evidence.move_to(index);
    return;
  }
  evidence = Evidence();
  targets_.edit(at).health = HealthState();
}

void Ledger::record_reload_failed(std::vector<std::string> problems) {
  const base::InheritingLock lock(mutex_);
  exporter_.last_reload_successful = false;
  exporter_.reload_problems = std::move(problems);
}

void Ledger::record_realtime() {
  const base::InheritingLock lock(mutex_);
  exporter_.realtime_probe_threads = 1;
}

void Ledger::record_started(model::TargetIndex target, base::Nanoseconds lag) {
  const base::InheritingLock lock(mutex_);
  TargetRecord& record = targets_.edit(model::to_size(target));
  base::check(!record.in_flight, "a target has at most one probe in flight");
  record.in_flight = true;
  ++exporter_.probes_in_flight;
  exporter_.schedule_lag.observe(base::to_seconds(lag));
}

void Ledger::record_skipped(model::TargetIndex target, model::SkipReason reason,
                            std::uint64_t count) {
  const base::InheritingLock lock(mutex_);
  TargetRecord& record = targets_.edit(model::to_size(target));
  record.skipped[static_cast<std::size_t>(reason)] += count;
  record.health.note_skipped(reason, count);
  journal_.note_skipped(target, reason, count);
}

void Ledger::record(const model::ProbeResult& result) {
  const base::InheritingLock lock(mutex_);
  TargetRecord& record = targets_.edit(model::to_size(result.target));
  base::check(record.in_flight, "a result belongs to a probe in flight");
  record.in_flight = false;
  --exporter_.probes_in_flight;
  tally(result, record, exporter_);
  const std::optional<model::Exclusion> exclusion = exclusion_of(result);
  const ObjectiveCounts before = record.objectives;
  count_objectives(plan_->target(result.target).objectives, result, exclusion, record.objectives);
  remember(result, exclusion.has_value(), marks_between(before, record.objectives));
  const bool in_trouble = record.health.trouble.has_value();
  record.health.note(result);
  journal_.note_health(result.target, record.health, in_trouble);
  if (result.tls && result.tls->earliest_expiry) {
    const model::TenantIndex tenant = plan_->target(result.target).tenant;
    // Most handshakes show the certificate of the one before.
    if (tenants_.at(model::to_size(tenant)).certificate_expiry != result.tls->earliest_expiry)
      tenants_.edit(model::to_size(tenant)).certificate_expiry = result.tls->earliest_expiry;
  }
}

void Ledger::remember(const model::ProbeResult& result, bool excluded, const EventMarks& marks) {
  Evidence& evidence = evidence_.at(model::to_size(result.target));
  const std::size_t before = evidence.size();
  const Evidence::Offer offer = evidence.offer(result, remembered_ < evidence_max_);
  if (offer == Evidence::Offer::kept) journal_.note_evidence(as_evidence(result));
  if (offer == Evidence::Offer::left_out)
    ++exporter_.dropped[static_cast<std::size_t>(Dropped::evidence)];
  remembered_ = remembered_ - before + evidence.size();
  const std::uint64_t missed = targets_.at(model::to_size(result.target)).health.missed();
  evidence.recent().note(result, missed, excluded);
  journal_.note(result, missed, excluded, marks);
}

std::optional<model::Exclusion> Ledger::exclusion_of(const model::ProbeResult& result) const {
  // A probe that was under way when a window began or ended may have met the work announced there.
  const auto& windows = plan_->tenant(plan_->target(result.target).tenant).maintenance;
  const bool maintained =
      in_maintenance(windows, result.started.wall) || in_maintenance(windows, result.finished.wall);
  return record::exclusion_of(result.outcome, maintained, egress_.lost());
}

void Ledger::restore(model::TargetIndex target, TargetPast past, base::Instant now) {
  const base::InheritingLock lock(mutex_);
  targets_.edit(model::to_size(target)).health = std::move(past.health);
  Evidence& evidence = evidence_.at(model::to_size(target));
  for (model::ProbeResult& result : past.evidence) {
    if (remembered_ == evidence_max_) break;
    const std::size_t before = evidence.size();
    result.target = target;
    evidence.restore(std::move(result));
    remembered_ += evidence.size() - before;
  }
  evidence.recent().restore_day(past.day, now);
}

void Ledger::open_journal() {
  const base::InheritingLock lock(mutex_);
  journal_.open(plan_);
}

std::vector<JournalBatch> Ledger::take_journal() {
  const base::InheritingLock lock(mutex_);
  return journal_.take();
}

void Ledger::record_token(model::TenantIndex tenant, const model::TokenFacts& facts) {
  const base::InheritingLock lock(mutex_);
  tenants_.edit(model::to_size(tenant)).token = facts;
}

void Ledger::record_control(std::size_t control, bool reachable) {
  const base::InheritingLock lock(mutex_);
  controls_.at(control) = reachable;
  egress_.note(controls_);
}

void Ledger::record_refused_lookup() {
  const base::InheritingLock lock(mutex_);
  ++exporter_.dropped[static_cast<std::size_t>(Dropped::name_lookups)];
}

void Ledger::record_busy(base::Nanoseconds busy) {
  const base::InheritingLock lock(mutex_);
  exporter_.loop_busy_seconds += base::to_seconds(busy);
}

Snapshot Ledger::snapshot(base::Instant now) const {
  Snapshot snapshot;
  {
    const base::InheritingLock lock(mutex_);
    snapshot = {now, plan_, targets_.copy(), tenants_.copy(), controls_, exporter_};
  }
  for (std::size_t i = 0; i < snapshot.tenants.size(); ++i) {
    if (!in_maintenance(snapshot.plan->tenants()[i].maintenance, now.wall)) continue;
    TenantRecord maintained = snapshot.tenants[i];
    maintained.in_maintenance = true;
    snapshot.tenants.replace(i, std::move(maintained));
  }
  return snapshot;
}

std::optional<std::vector<RecentResults>> Ledger::recents(
    const model::Plan* plan, const std::vector<model::TargetIndex>& targets) const {
  const base::InheritingLock lock(mutex_);
  if (plan != plan_.get()) return std::nullopt;
  std::vector<RecentResults> found;
  found.reserve(targets.size());
  for (const model::TargetIndex target : targets)
    found.push_back(evidence_.at(model::to_size(target)).recent());
  return found;
}

std::optional<TargetEvidence> Ledger::evidence(std::string_view tenant,
                                               std::string_view probe) const {
  const base::InheritingLock lock(mutex_);
  const auto index = plan_->find_target(tenant, probe);
  if (!index) return std::nullopt;
  return TargetEvidence{plan_, *index, evidence_.at(model::to_size(*index))};
}

}  // namespace reinfer::record
