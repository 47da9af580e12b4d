#include "record/ledger.h"

#include "base/check.h"
#include "record/maintenance.h"

namespace reinfer {
namespace {

const std::vector<double> kLagEdges = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005,
                                       0.01,   0.025,   0.05,   0.1,   0.25,   1};

TargetRecord empty_record(const Target& target) {
  TargetRecord record;
  record.duration = Histogram(target.buckets);
  record.server_processing = Histogram(target.buckets);
  record.network_overhead = Histogram(target.buckets);
  return record;
}

void add_phases(const PhaseTimings& phases, std::array<PhaseTotal, kPhaseCount>& totals) {
  const std::array<const std::optional<Nanoseconds>*, kPhaseCount> in_label_order = {
      &phases.resolve, &phases.connect, &phases.tls, &phases.send, &phases.wait, &phases.receive};
  for (std::size_t i = 0; i < kPhaseCount; ++i) {
    if (!*in_label_order[i]) continue;
    totals[i].seconds += to_seconds(**in_label_order[i]);
    ++totals[i].samples;
  }
}

std::uint64_t& dropped(ExporterRecord& exporter, Dropped what) {
  return exporter.dropped[static_cast<std::size_t>(what)];
}

}  // namespace

Ledger::Ledger(std::shared_ptr<const Plan> plan, Instant now) : plan_(std::move(plan)) {
  for (const Target& target : plan_->targets())
    targets_.push_back(empty_record(target));
  tenants_.resize(plan_->tenants().size());
  controls_.resize(plan_->controls().size());
  histories_.resize(plan_->targets().size());
  exporter_.schedule_lag = Histogram(kLagEdges);
  exporter_.plan_loaded = now.wall;
}

void Ledger::record_started(TargetIndex target, Nanoseconds lag) {
  const std::lock_guard lock(mutex_);
  TargetRecord& record = targets_.at(to_size(target));
  check(!record.in_flight, "a target has at most one probe in flight");
  record.in_flight = true;
  ++exporter_.probes_in_flight;
  exporter_.schedule_lag.observe(to_seconds(lag));
}

void Ledger::record_skipped(TargetIndex target, SkipReason reason, std::uint64_t count) {
  const std::lock_guard lock(mutex_);
  targets_.at(to_size(target)).skipped[static_cast<std::size_t>(reason)] += count;
}

void Ledger::record(const ProbeResult& result) {
  const std::lock_guard lock(mutex_);
  TargetRecord& record = targets_.at(to_size(result.target));
  check(record.in_flight, "a result belongs to a probe in flight");
  record.in_flight = false;
  --exporter_.probes_in_flight;
  ++record.outcomes[static_cast<std::size_t>(result.outcome)];
  if (result.resent) ++exporter_.resent_requests;
  if (result.phases.total) exporter_.clock_source = result.clock_source;
  add_phases(result.phases, record.phases);
  count_reply(result, record);
  count_latency(result, record);
  remember(result);

  const bool replied = result.http_status.has_value();
  record.last = LastResult{result.finished.wall, result.outcome,
                           replied ? std::optional(result.application_answered) : std::nullopt,
                           result.body_bytes};
  if (result.outcome == Outcome::ok) record.last_success = result.finished.wall;
  if (result.tls && result.tls->earliest_expiry) {
    const TenantIndex tenant = plan_->target(result.target).tenant;
    tenants_.at(to_size(tenant)).certificate_expiry = result.tls->earliest_expiry;
  }
}

void Ledger::count_reply(const ProbeResult& result, TargetRecord& record) {
  dropped(exporter_, Dropped::server_timing_entries) += result.server_timing_dropped;
  dropped(exporter_, Dropped::header_lines) += result.headers_dropped;
  if (result.server_timing_state)
    ++record.server_timing[static_cast<std::size_t>(*result.server_timing_state)];
  if (result.first_http_status) count_code(*result.first_http_status, record);
  if (result.http_status) count_code(*result.http_status, record);
}

void Ledger::count_code(int code, TargetRecord& record) {
  const auto known = record.http_codes.find(code);
  if (known != record.http_codes.end()) {
    ++known->second;
  } else if (record.http_codes.size() < kHttpCodesMax) {
    record.http_codes.emplace(code, 1);
  } else {
    ++record.http_codes_other;
    ++dropped(exporter_, Dropped::http_codes);
  }
}

void Ledger::remember(const ProbeResult& result) {
  History& history = histories_.at(to_size(result.target));
  const std::size_t before = history.size();
  if (!history.offer(result, remembered_ < kHistoryMax)) ++dropped(exporter_, Dropped::evidence);
  remembered_ = remembered_ - before + history.size();
}

void Ledger::count_latency(const ProbeResult& result, TargetRecord& record) {
  // A request that libcurl sent twice took longer than the platform made it wait.
  if (result.resent) return;
  if (result.outcome == Outcome::ok && result.phases.total)
    record.duration.observe(to_seconds(*result.phases.total));
  if (result.server_processing)
    record.server_processing.observe(to_seconds(*result.server_processing));
  if (result.network_overhead)
    record.network_overhead.observe(to_seconds(*result.network_overhead));
}

void Ledger::record_token(TenantIndex tenant, const TokenFacts& facts) {
  const std::lock_guard lock(mutex_);
  tenants_.at(to_size(tenant)).token = facts;
}

void Ledger::record_control(std::size_t control, bool reachable) {
  const std::lock_guard lock(mutex_);
  controls_.at(control) = reachable;
}

void Ledger::record_busy(Nanoseconds busy) {
  const std::lock_guard lock(mutex_);
  exporter_.loop_busy_seconds += to_seconds(busy);
}

Snapshot Ledger::snapshot(Instant now) const {
  Snapshot snapshot;
  {
    const std::lock_guard lock(mutex_);
    snapshot = {now, plan_, targets_, tenants_, controls_, exporter_};
  }
  for (std::size_t i = 0; i < snapshot.tenants.size(); ++i)
    snapshot.tenants[i].in_maintenance = in_maintenance(plan_->tenants()[i].maintenance, now.wall);
  return snapshot;
}

History Ledger::history(TargetIndex target) const {
  const std::lock_guard lock(mutex_);
  return histories_.at(to_size(target));
}

}  // namespace reinfer
