#include "probe/admission.h"

#include <algorithm>

#include "schedule/schedule.h"

namespace reinfer {
namespace {

constexpr Nanoseconds kBudgetWindow = std::chrono::minutes(1);

// An error that is expected may be written before the token is looked at (an unknown route).
bool judges_token(const Target& target) {
  return target.expectation.http_status.value_or(200) < 400;
}

}  // namespace

Admission::Admission(const Plan& plan, PaidBudget& paid)
    : plan_(&plan), paid_(paid), tenants_(plan.tenants().size()) {
  sum_up_targets();
}

void Admission::sum_up_targets() {
  for (TenantState& state : tenants_) {
    state.interval_min = Nanoseconds::max();
    state.token_judges = 0;
  }
  for (const Target& target : plan_->targets()) {
    TenantState& state = tenants_.at(to_size(target.tenant));
    state.interval_min = std::min(state.interval_min, target.interval);
    if (judges_token(target)) ++state.token_judges;
  }
}

void Admission::adopt(const Plan& plan, const PlanChange& change) {
  const Plan& before = *plan_;
  plan_ = &plan;
  tenants_ = carry_over(change.tenants, tenants_, [](std::size_t) { return TenantState{}; });
  for (std::size_t i = 0; i < tenants_.size(); ++i) {
    if (!change.tenants[i]) continue;
    TenantState& state = tenants_[i];
    if (before.tenants()[*change.tenants[i]].base_url != plan.tenants()[i].base_url) state = {};
    if (state.last_sender) state.last_sender = change.targets_now.at(to_size(*state.last_sender));
  }
  sum_up_targets();
}

Admission::TenantState& Admission::state_of(TargetIndex target) {
  return tenants_.at(to_size(plan_->target(target).tenant));
}

std::optional<SkipReason> Admission::refuses(TargetIndex index, Instant now, bool token_rejected) {
  const Target& target = plan_->target(index);
  const Tenant& tenant = plan_->tenant(target.tenant);
  TenantState& state = state_of(index);
  if (now.mono < state.quiet_until) return SkipReason::throttled;
  if (token_rejected && !may_look(index, state, now.mono)) return SkipReason::credentials;
  if (over_budget(tenant, state, now.mono)) return SkipReason::budget;
  if (target.paid && !paid_.may_spend(plan_->tenant(target.tenant), now.wall))
    return SkipReason::budget;
  return std::nullopt;
}

// One look an interval is enough to see that a token has come to life again. They take turns,
// because one that lacks a permission of its own would see nothing else for ever; a turn that
// nobody takes within another interval goes back, because the next one's may be a day away.
bool Admission::may_look(TargetIndex index, const TenantState& state, MonoTime now) const {
  if (state.token_judges > 0 && !judges_token(plan_->target(index))) return false;
  if (!state.last_sent) return true;
  const bool anothers_turn = state.token_judges > 1 && state.last_sender == index;
  const Nanoseconds spacing = anothers_turn ? 2 * state.interval_min : state.interval_min;
  return now - *state.last_sent >= spacing - lateness_max(state.interval_min);
}

bool Admission::over_budget(const Tenant& tenant, TenantState& state, MonoTime now) const {
  if (!tenant.requests_per_minute_max) return false;
  while (!state.sent.empty() && now - state.sent.front() >= kBudgetWindow)
    state.sent.pop_front();
  return state.sent.size() >= *tenant.requests_per_minute_max;
}

void Admission::note_sent(TargetIndex index, Instant now) {
  const Target& target = plan_->target(index);
  TenantState& state = state_of(index);
  state.last_sent = now.mono;
  if (judges_token(target)) state.last_sender = index;
  if (plan_->tenant(target.tenant).requests_per_minute_max) state.sent.push_back(now.mono);
  if (target.paid) paid_.spend(plan_->tenant(target.tenant), now.wall);
}

void Admission::note_result(const ProbeResult& result) {
  if (!result.retry_after) return;
  TenantState& state = state_of(result.target);
  state.quiet_until = std::max(state.quiet_until, result.finished.mono + *result.retry_after);
}

}  // namespace reinfer
