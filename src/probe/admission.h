// Courtesy towards a tenant, and the operator's purse: whether a slot that is due may be probed, or
// why not. Knows what the tenant asked for (Retry-After), its request budget, its dead token and
// the paid probes of the day. A slot that is refused is skipped, never moved: no probe is ever sent
// early or off its grid. Owned by one probe thread.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "model/outcome.h"
#include "model/plan.h"
#include "model/plan_change.h"
#include "model/probe_result.h"
#include "probe/paid_budget.h"

namespace reinfer::probe {

class Admission {
 public:
  // `paid` outlives it.
  Admission(const model::Plan& plan, PaidBudget& paid);

  // From now on `plan` holds. What a tenant has asked for and been sent stays with it, unless it is
  // another place now.
  void adopt(const model::Plan& plan, const model::PlanChange& change);

  // Why the target's slot may not be probed now, if so. `token_rejected`: the tenant's token is one
  // that the API has refused.
  std::optional<model::SkipReason> refuses(model::TargetIndex target, base::Instant now,
                                           bool token_rejected);

  // A request of the target is about to leave.
  void note_sent(model::TargetIndex target, base::Instant now);
  // What the tenant asked for.
  void note_result(const model::ProbeResult& result);

 private:
  struct TenantState {
    base::MonoTime quiet_until = base::MonoTime::min();
    std::optional<base::MonoTime> last_sent;
    std::optional<model::TargetIndex> last_sender;  // of those that can judge a token
    std::size_t token_judges = 0;                   // targets that can
    std::deque<base::MonoTime> sent;                // of the last minute, if there is a budget
    base::Nanoseconds interval_min = base::Nanoseconds::max();
  };

  TenantState& state_of(model::TargetIndex target);
  void sum_up_targets();
  bool may_look(model::TargetIndex target, const TenantState& state, base::MonoTime now) const;
  bool over_budget(const model::Tenant& tenant, TenantState& state, base::MonoTime now) const;

  // Owned by the probe thread.
  const model::Plan* plan_;
  PaidBudget& paid_;
  std::vector<TenantState> tenants_;
};

}  // namespace reinfer::probe
