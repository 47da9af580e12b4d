#include "probe/admission.h"

#include <algorithm>

#include "schedule/schedule.h"

namespace reinfer {
namespace {

constexpr Nanoseconds kBudgetWindow = std::chrono::minutes(1);

}  // namespace

Admission::Admission(const Plan& plan, PaidBudget& paid)
    : plan_(plan), paid_(paid), tenants_(plan.tenants().size()) {
  for (const Target& target : plan.targets()) {
    Nanoseconds& shortest = tenants_.at(to_size(target.tenant)).interval_min;
    shortest = std::min(shortest, target.interval);
  }
}

Admission::TenantState& Admission::state_of(TargetIndex target) {
  return tenants_.at(to_size(plan_.target(target).tenant));
}

std::optional<SkipReason> Admission::refuses(TargetIndex index, Instant now, bool token_rejected) {
  const Target& target = plan_.target(index);
  const Tenant& tenant = plan_.tenant(target.tenant);
  TenantState& state = state_of(index);
  if (now.mono < state.quiet_until) return SkipReason::throttled;
  // One look an interval is enough to see that a token has come to life again; the slack lets the
  // same probe take it each time, however late the last one was.
  const Nanoseconds spacing = state.interval_min - lateness_max(state.interval_min);
  if (token_rejected && state.last_sent && now.mono - *state.last_sent < spacing)
    return SkipReason::credentials;
  if (over_budget(tenant, state, now.mono)) return SkipReason::budget;
  if (target.paid && !paid_.may_spend(target.tenant, now.wall)) return SkipReason::budget;
  return std::nullopt;
}

bool Admission::over_budget(const Tenant& tenant, TenantState& state, MonoTime now) const {
  if (!tenant.requests_per_minute_max) return false;
  while (!state.sent.empty() && now - state.sent.front() >= kBudgetWindow)
    state.sent.pop_front();
  return state.sent.size() >= *tenant.requests_per_minute_max;
}

void Admission::note_sent(TargetIndex index, Instant now) {
  const Target& target = plan_.target(index);
  TenantState& state = state_of(index);
  state.last_sent = now.mono;
  if (plan_.tenant(target.tenant).requests_per_minute_max) state.sent.push_back(now.mono);
  if (target.paid) paid_.spend(target.tenant, now.wall);
}

void Admission::note_result(const ProbeResult& result) {
  if (!result.retry_after) return;
  TenantState& state = state_of(result.target);
  state.quiet_until = std::max(state.quiet_until, result.finished.mono + *result.retry_after);
}

}  // namespace reinfer
