#include "explain/tenant_view.h"

#include <algorithm>

namespace reinfer {
namespace {

void earlier(std::optional<WallTime>& kept, WallTime other) {
  if (!kept || other < *kept) kept = other;
}

void later(std::optional<WallTime>& kept, WallTime other) {
  if (!kept || other > *kept) kept = other;
}

void count_failing(const ProbeStanding& probe, Outcome last, TenantView& view) {
  ++view.failing;
  view.outcomes.set(static_cast<std::size_t>(last));
  FaultView& fault = view.by_fault[static_cast<std::size_t>(probe.fault)];
  if (fault.failing == 0) fault.on_and_off = true;
  fault.on_and_off = fault.on_and_off && probe.on_and_off;
  ++fault.failing;
}

void count_recovering(const ProbeStanding& probe, const Episode& trouble, Instant now,
                      TenantView& view) {
  ++view.recovering;
  later(view.recovered_since, *probe.since);
  const WallTime since = wall_of(trouble.since.mono, now);
  if (!view.recovering_since || since < *view.recovering_since) view.recovering_fault = probe.fault;
  earlier(view.recovering_since, since);
}

void count_state(const ProbeStanding& probe, const TargetRecord& record, Instant now,
                 TenantView& view) {
  switch (probe.state) {
    case ProbeState::fine:
      ++view.fine;
      break;
    case ProbeState::failing:
      count_failing(probe, record.last->outcome, view);
      break;
    case ProbeState::recovering:
      count_recovering(probe, *record.standing.trouble, now, view);
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

// A page in the API's place, a redirect and a 403 of nobody's may come from a portal or a proxy of
// our own network, and of a reply that broke off nobody knows whose it was: they prove no network.
bool comes_from_api_side(const LastResult& last) {
  if (!last.http_status) return false;
  if (last.application_answered == true) return true;
  return last.outcome == Outcome::gateway_error || last.outcome == Outcome::gateway_not_found ||
         last.outcome == Outcome::unauthorized || last.outcome == Outcome::throttled;
}

void note_troubles(const Standing& standing, Instant now, TenantView& view) {
  if (standing.stalled) later(view.stalled, wall_of(standing.stalled->mono, now));
  if (standing.trouble)
    for (std::size_t f = 1; f < kFaultCount; ++f)
      if (const auto& since = standing.trouble->fault_since[f])
        earlier(view.by_fault[f].since, wall_of(since->mono, now));
  if (!standing.past) return;
  const WallTime end = wall_of(standing.past->good_since.mono, now);
  if (view.fine_since && end <= *view.fine_since) return;
  view.fine_since = end;
}

// An outage that wanders from probe to probe is one outage, so a trouble that is over reaches back
// from one that is not, where they overlap.
void reach_back(const std::vector<const Standing*>& standings, Instant now, std::size_t fault,
                std::optional<WallTime>& since) {
  for (bool moved = since.has_value(); moved;) {
    moved = false;
    for (const Standing* standing : standings) {
      if (!standing->past || !standing->past->fault_since[fault]) continue;
      const WallTime begin = wall_of(standing->past->fault_since[fault]->mono, now);
      const WallTime end = wall_of(standing->past->good_since.mono, now);
      if (begin >= *since || end < *since) continue;
      since = begin;
      moved = true;
    }
  }
}

// Tenants with one token share its fate, and whoever was told first knows since when.
void share_rejections(const Plan& plan, std::vector<TenantView>& views) {
  constexpr auto kFault = static_cast<std::size_t>(Fault::credentials);
  for (std::size_t i = 0; i < views.size(); ++i) {
    if (!views[i].token_rejected || views[i].by_fault[kFault].since) continue;
    for (std::size_t j = 0; j < views.size(); ++j)
      if (plan.tenants()[i].token == plan.tenants()[j].token && views[j].by_fault[kFault].since)
        earlier(views[i].by_fault[kFault].since, *views[j].by_fault[kFault].since);
  }
}

// The trouble that ended last, and what it overlaps with.
void find_past(const std::vector<const Standing*>& standings, Instant now, TenantView& view) {
  for (const Standing* standing : standings) {
    if (!standing->past || wall_of(standing->past->good_since.mono, now) != view.fine_since)
      continue;
    view.past_fault = standing->past->main_fault();
    view.past_since = wall_of(standing->past->since.mono, now);
  }
  reach_back(standings, now, static_cast<std::size_t>(view.past_fault), view.past_since);
}

}  // namespace

std::vector<Fault> TenantView::faults_by_weight() const {
  std::vector<Fault> faults;
  for (std::size_t f = 1; f < kFaultCount; ++f)
    if (by_fault[f].failing > 0) faults.push_back(static_cast<Fault>(f));
  std::stable_sort(faults.begin(), faults.end(), [&](Fault a, Fault b) {
    return by_fault[static_cast<std::size_t>(a)].failing >
           by_fault[static_cast<std::size_t>(b)].failing;
  });
  return faults;
}

Fault TenantView::main_fault() const {
  const auto faults = faults_by_weight();
  return faults.empty() ? Fault::none : faults.front();
}

std::vector<TenantView> view_tenants(const Snapshot& snapshot) {
  const std::size_t count = snapshot.tenants.size();
  std::vector<TenantView> views(count);
  std::vector<std::vector<const Standing*>> standings(count);
  for (std::size_t i = 0; i < snapshot.targets.size(); ++i) {
    const TargetRecord& record = snapshot.targets[i];
    const std::size_t tenant = to_size(snapshot.plan->targets()[i].tenant);
    TenantView& view = views[tenant];
    const ProbeStanding probe = standing_of(snapshot, i);
    ++view.probes;
    count_state(probe, record, snapshot.taken, view);
    note_troubles(record.standing, snapshot.taken, view);
    standings[tenant].push_back(&record.standing);
    if (record.last && comes_from_api_side(*record.last) && probe.state != ProbeState::stale &&
        !probe.paused_by)
      view.reply_seen = true;
  }
  for (std::size_t i = 0; i < count; ++i) {
    views[i].token_rejected = snapshot.tenants[i].token.accepted == false;
    for (std::size_t f = 1; f < kFaultCount; ++f)
      reach_back(standings[i], snapshot.taken, f, views[i].by_fault[f].since);
    find_past(standings[i], snapshot.taken, views[i]);
  }
  share_rejections(*snapshot.plan, views);
  return views;
}

}  // namespace reinfer
