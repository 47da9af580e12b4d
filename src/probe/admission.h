// Decides whether a slot that is due may be probed, or why it is skipped: it knows the tenant's
// Retry-After, its request budget, its rejected token and the paid probes of the day. A skipped
// slot is never moved: no request is sent early or off its grid. Owned by one probe thread. It
// sends nothing.
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

  // From now on `plan` holds. A tenant keeps its state unless its base URL has changed.
  void adopt(const model::Plan& plan, const model::PlanChange& change);

  // The reason to skip the target's slot at `now`; nullopt if it may be probed. `token_rejected`:
  // the API has rejected the tenant's current token.
  std::optional<model::SkipReason> refuses(model::TargetIndex target, base::Instant now,
                                           bool token_rejected);

  // A request of the target is about to be sent.
  void note_sent(model::TargetIndex target, base::Instant now);
  // Takes Retry-After from a result.
  void note_result(const model::ProbeResult& result);

 private:
  struct TenantState {
    base::MonoTime quiet_until = base::MonoTime::min();
    std::optional<base::MonoTime> last_sent;
    std::optional<model::TargetIndex> last_sender;  // of the targets that judge the token
    std::size_t token_judges = 0;                   // number of such targets
    std::deque<base::MonoTime> sent;                // in the last minute, if there is a budget
    base::Nanoseconds interval_min = base::Nanoseconds::max();
  };

  TenantState& state_of(model::TargetIndex target);
  void sum_up_targets();
  bool may_try_rejected_token(model::TargetIndex target, const TenantState& state,
                              base::MonoTime now) const;
  bool over_budget(const model::Tenant& tenant, TenantState& state, base::MonoTime now) const;

  // Owned by the probe thread.
  const model::Plan* plan_;
  PaidBudget& paid_;
  std::vector<TenantState> tenants_;
};

}  // namespace reinfer::probe
