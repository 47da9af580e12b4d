#include "probe/admission.h"

#include <algorithm>

#include "schedule/schedule.h"

namespace reinfer::probe {
namespace {

constexpr base::Nanoseconds kBudgetWindow = std::chrono::minutes(1);

// The API may write an expected error (an unknown route) before it checks the token.
bool judges_token(const model::Target& target) {
  return target.expectation.http_status.value_or(200) < 400;
}

}  // namespace

Admission::Admission(const model::Plan& plan, PaidBudget& paid)
    : plan_(&plan), paid_(paid), tenants_(plan.tenants().size()) {
  sum_up_targets();
}

void Admission::sum_up_targets() {
  for (TenantState& state : tenants_) {
    state.interval_min = base::Nanoseconds::max();
    state.token_judges = 0;
  }
  for (const model::Target& target : plan_->targets()) {
    TenantState& state = tenants_.at(model::to_size(target.tenant));
    state.interval_min = std::min(state.interval_min, target.interval);
    if (judges_token(target)) ++state.token_judges;
  }
}

void Admission::adopt(const model::Plan& plan, const model::PlanChange& change) {
  const model::Plan& before = *plan_;
  plan_ = &plan;
  tenants_ = model::carry_over(change.tenants, tenants_, [](std::size_t) { return TenantState{}; });
  for (std::size_t i = 0; i < tenants_.size(); ++i) {
    if (!change.tenants[i]) continue;
    TenantState& state = tenants_[i];
    if (before.tenants()[*change.tenants[i]].base_url != plan.tenants()[i].base_url) state = {};
    if (state.last_sender)
      state.last_sender = change.targets_now.at(model::to_size(*state.last_sender));
  }
  sum_up_targets();
}

Admission::TenantState& Admission::state_of(model::TargetIndex target) {
  return tenants_.at(model::to_size(plan_->target(target).tenant));
}

std::optional<model::SkipReason> Admission::refuses(model::TargetIndex index, base::Instant now,
                                                    bool token_rejected) {
  const model::Target& target = plan_->target(index);
  const model::Tenant& tenant = plan_->tenant(target.tenant);
  TenantState& state = state_of(index);
  if (now.mono < state.quiet_until) return model::SkipReason::throttled;
  if (token_rejected && !may_try_rejected_token(index, state, now.mono))
    return model::SkipReason::credentials;
  if (over_budget(tenant, state, now.mono)) return model::SkipReason::budget;
  if (target.paid && !paid_.may_spend(plan_->tenant(target.tenant), now.wall))
    return model::SkipReason::budget;
  return std::nullopt;
}

// One request an interval is enough to see that the API accepts the token again. The targets take
// turns, because a target without the permission would get a 401 for ever. A turn that is not used
// within another interval goes back to the last sender, because the next target's slot may be a day
// away.
bool Admission::may_try_rejected_token(model::TargetIndex index, const TenantState& state,
                                       base::MonoTime now) const {
  if (state.token_judges > 0 && !judges_token(plan_->target(index))) return false;
  if (!state.last_sent) return true;
  const bool anothers_turn = state.token_judges > 1 && state.last_sender == index;
  const base::Nanoseconds spacing = anothers_turn ? 2 * state.interval_min : state.interval_min;
  return now - *state.last_sent >= spacing - schedule::lateness_max(state.interval_min);
}

bool Admission::over_budget(const model::Tenant& tenant, TenantState& state,
                            base::MonoTime now) const {
  while (!state.sent.empty() && now - state.sent.front() >= kBudgetWindow)
    state.sent.pop_front();
  return tenant.requests_per_minute_max && state.sent.size() >= *tenant.requests_per_minute_max;
}

void Admission::note_sent(model::TargetIndex index, base::Instant now) {
  const model::Target& target = plan_->target(index);
  TenantState& state = state_of(index);
  state.last_sent = now.mono;
  if (judges_token(target)) state.last_sender = index;
  if (plan_->tenant(target.tenant).requests_per_minute_max) state.sent.push_back(now.mono);
  if (target.paid) paid_.spend(plan_->tenant(target.tenant), now.wall);
}

void Admission::note_result(const model::ProbeResult& result) {
  if (!result.retry_after) return;
  TenantState& state = state_of(result.target);
  state.quiet_until = std::max(state.quiet_until, result.finished.mono + *result.retry_after);
}

}  // namespace reinfer::probe
