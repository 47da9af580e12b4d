#include "explain/tenant_view.h"

#include <algorithm>

namespace reinfer::explain {
namespace {

void earlier(std::optional<base::WallTime>& kept, base::WallTime other) {
  if (!kept || other < *kept) kept = other;
}

void later(std::optional<base::WallTime>& kept, base::WallTime other) {
  if (!kept || other > *kept) kept = other;
}

void count_failing(const ProbeStatus& probe, model::Outcome last, TenantView& view) {
  ++view.failing;
  view.outcomes.set(static_cast<std::size_t>(last));
  FaultView& fault = view.by_fault[static_cast<std::size_t>(probe.fault)];
  if (fault.failing == 0) fault.on_and_off = true;
  fault.on_and_off = fault.on_and_off && probe.on_and_off;
  ++fault.failing;
}

void count_recovering(const ProbeStatus& probe, const record::Incident& trouble, base::Instant now,
                      TenantView& view) {
  ++view.recovering;
  later(view.recovered_since, *probe.since);
  const base::WallTime since = wall_of(trouble.since.mono, now);
  if (!view.recovering_since || since < *view.recovering_since) view.recovering_fault = probe.fault;
  earlier(view.recovering_since, since);
}

void count_state(const ProbeStatus& probe, const record::TargetRecord& record, base::Instant now,
                 TenantView& view) {
  switch (probe.state) {
    case ProbeState::fine:
      ++view.fine;
      break;
    case ProbeState::failing:
      count_failing(probe, record.last->outcome, view);
      break;
    case ProbeState::recovering:
      count_recovering(probe, *record.health.trouble, now, view);
      break;
    case ProbeState::paused:
      ++view.paused;
      view.paused_by = probe.paused_by;
      break;
    case ProbeState::stale:
      ++view.stale;
      later(view.stale_since, *probe.since);
      break;
    case ProbeState::waiting:
      ++view.waiting;
      break;
  }
}

// A page instead of the API's JSON, a redirect and an unsigned 403 may come from a portal or a
// proxy of our own network, and a reply that broke off has no known sender: none proves the
// network.
bool comes_from_api_side(const record::LastResult& last) {
  if (!last.http_status) return false;
  if (last.application_answered == true) return true;
  return last.outcome == model::Outcome::gateway_error ||
         last.outcome == model::Outcome::gateway_not_found ||
         last.outcome == model::Outcome::unauthorized || last.outcome == model::Outcome::throttled;
}

void note_troubles(const record::HealthState& status, base::Instant now, TenantView& view) {
  if (status.stalled) later(view.stalled, wall_of(status.stalled->mono, now));
  if (status.trouble)
    for (std::size_t f = 1; f < model::kFaultCount; ++f)
      if (const auto& since = status.trouble->fault_since[f])
        earlier(view.by_fault[f].since, wall_of(since->mono, now));
  if (!status.past) return;
  const base::WallTime end = wall_of(status.past->good_since.mono, now);
  if (view.fine_since && end <= *view.fine_since) return;
  view.fine_since = end;
}

// An outage that wanders from probe to probe is one outage: where an incident that is over overlaps
// with a later one, the later one begins with it.
void reach_back(const std::vector<const record::HealthState*>& states, base::Instant now,
                std::size_t fault, std::optional<base::WallTime>& since) {
  for (bool moved = since.has_value(); moved;) {
    moved = false;
    for (const record::HealthState* status : states) {
      if (!status->past || !status->past->fault_since[fault]) continue;
      const base::WallTime begin = wall_of(status->past->fault_since[fault]->mono, now);
      const base::WallTime end = wall_of(status->past->good_since.mono, now);
      if (begin >= *since || end < *since) continue;
      since = begin;
      moved = true;
    }
  }
}

void find_contradictions(const record::Snapshot& snapshot, std::vector<TenantView>& views) {
  std::vector<model::TokenFacts> facts;
  for (const record::TenantRecord& tenant : snapshot.tenants)
    facts.push_back(tenant.token);
  for (std::size_t i = 0; i < views.size(); ++i)
    if (views[i].token_rejected && facts[i].judged_at)
      views[i].contradiction =
          contradiction_of(*snapshot.plan, facts, model::TenantIndex(i), *facts[i].judged_at);
}

// The incident that ended last, joined with those that overlap with it.
void find_past(const std::vector<const record::HealthState*>& states, base::Instant now,
               TenantView& view) {
  for (const record::HealthState* status : states) {
    if (!status->past || wall_of(status->past->good_since.mono, now) != view.fine_since) continue;
    view.past_fault = status->past->main_fault();
    view.past_since = wall_of(status->past->since.mono, now);
  }
  reach_back(states, now, static_cast<std::size_t>(view.past_fault), view.past_since);
}

}  // namespace

std::vector<model::Fault> TenantView::faults_by_weight() const {
  std::vector<model::Fault> faults;
  for (std::size_t f = 1; f < model::kFaultCount; ++f)
    if (by_fault[f].failing > 0) faults.push_back(static_cast<model::Fault>(f));
  std::stable_sort(faults.begin(), faults.end(), [&](model::Fault a, model::Fault b) {
    return by_fault[static_cast<std::size_t>(a)].failing >
           by_fault[static_cast<std::size_t>(b)].failing;
  });
  return faults;
}

model::Fault TenantView::main_fault() const {
  const auto faults = faults_by_weight();
  return faults.empty() ? model::Fault::none : faults.front();
}

std::vector<TenantView> view_tenants(const record::Snapshot& snapshot) {
  const std::size_t count = snapshot.tenants.size();
  std::vector<TenantView> views(count);
  std::vector<std::vector<const record::HealthState*>> states(count);
  for (std::size_t i = 0; i < snapshot.targets.size(); ++i) {
    const record::TargetRecord& record = snapshot.targets[i];
    const std::size_t tenant = model::to_size(snapshot.plan->targets()[i].tenant);
    TenantView& view = views[tenant];
    const ProbeStatus probe = status_of(snapshot, i);
    ++view.probes;
    count_state(probe, record, snapshot.taken, view);
    note_troubles(record.health, snapshot.taken, view);
    states[tenant].push_back(&record.health);
    if (record.last && comes_from_api_side(*record.last) && probe.state != ProbeState::stale &&
        !probe.paused_by)
      view.reply_seen = true;
  }
  for (std::size_t i = 0; i < count; ++i) {
    views[i].token_rejected = snapshot.tenants[i].token.accepted == false;
    views[i].refused_alone = snapshot.tenants[i].token.probes_refused_alone > 0;
    for (std::size_t f = 1; f < model::kFaultCount; ++f)
      reach_back(states[i], snapshot.taken, f, views[i].by_fault[f].since);
    find_past(states[i], snapshot.taken, views[i]);
  }
  find_contradictions(snapshot, views);
  return views;
}

}  // namespace reinfer::explain
