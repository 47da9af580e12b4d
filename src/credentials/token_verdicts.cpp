#include "credentials/token_verdicts.h"

#include <algorithm>
#include <utility>

namespace reinfer::credentials {

TokenVerdicts::TokenVerdicts(const model::Plan& plan)
    : plan_(&plan), tenants_(plan.tenants().size()), targets_(plan.targets().size()) {
  list_targets();
}

void TokenVerdicts::list_targets() {
  targets_of_.assign(plan_->tenants().size(), {});
  for (std::size_t i = 0; i < plan_->targets().size(); ++i)
    targets_of_[model::to_size(plan_->targets()[i].tenant)].push_back(model::TargetIndex(i));
}

void TokenVerdicts::adopt(const model::Plan& plan, const model::PlanChange& change) {
  const model::Plan& before = *std::exchange(plan_, &plan);
  tenants_ = model::carry_over(change.tenants, tenants_, [](std::size_t) { return OfTenant{}; });
  for (std::size_t i = 0; i < tenants_.size(); ++i) {
    tenants_[i].probes_refused = tenants_[i].probes_refused_alone = 0;
    if (!change.tenants[i]) continue;
    const model::Tenant& old = before.tenants()[*change.tenants[i]];
    const model::Tenant& now = plan.tenants()[i];
    if (old.base_url != now.base_url || !(old.token == now.token)) tenants_[i] = {};
  }
  // The probe whose success made another one's 401 harmless may be gone.
  targets_.assign(plan.targets().size(), {});
  list_targets();
  accepted_by_.clear();
  for (const OfTenant& tenant : tenants_)
    if (tenant.accepted == true) ++accepted_by_[tenant.token];
}

void TokenVerdicts::judge(OfTenant& of_tenant, bool accepted, std::uint64_t token) {
  if (of_tenant.accepted == accepted && of_tenant.token == token) return;
  if (of_tenant.accepted == true) {
    const auto before = accepted_by_.find(of_tenant.token);
    if (--before->second == 0) accepted_by_.erase(before);
  }
  if (accepted) ++accepted_by_[token];
  of_tenant.accepted = accepted;
  of_tenant.token = token;
}

TokenVerdicts::OfTenant& TokenVerdicts::tenant_of(model::TargetIndex target) {
  return tenants_.at(model::to_size(plan_->target(target).tenant));
}

void TokenVerdicts::set_still_alone(OfTarget& of_target, OfTenant& of_tenant, bool still_alone) {
  if (std::exchange(of_target.still_alone, still_alone) == still_alone) return;
  still_alone ? ++of_tenant.probes_refused_alone : --of_tenant.probes_refused_alone;
}

void TokenVerdicts::accepted(model::TargetIndex target, std::uint64_t token, base::MonoTime sent) {
  OfTenant& of_tenant = tenant_of(target);
  judge(of_tenant, true, token);
  of_tenant.at = sent;
  of_tenant.tokens_refused_in_a_row = 0;
  of_tenant.contradiction_told = false;
  OfTarget& own = targets_.at(model::to_size(target));
  set_still_alone(own, of_tenant, false);
  if (own.refused_token != 0) --of_tenant.probes_refused;
  own = {};
  // Nearly always: the targets need not be gone through at each reply.
  if (of_tenant.probes_refused == 0) return;
  for (const model::TargetIndex i : targets_of_[model::to_size(plan_->target(target).tenant)]) {
    OfTarget& other = targets_[model::to_size(i)];
    // A request that was sent before the refusal may have met a token that was still good.
    if (other.refused_token == token && other.refused_at < sent) other.alone = true;
  }
}

bool TokenVerdicts::refused(model::TargetIndex target, std::uint64_t token, base::MonoTime now) {
  OfTenant& of_tenant = tenant_of(target);
  OfTarget& own = targets_.at(model::to_size(target));
  // It was refused with the token before this one as well, and this one its neighbours were
  // accepted with.
  const bool again = own.refused_token != 0 && own.refused_token != token;
  if (again && of_tenant.accepted == true && of_tenant.token == token) own.alone = true;
  // A permission does not come with another token, so this holds for the next one too.
  if (own.alone) {
    set_still_alone(own, of_tenant, true);
    return false;
  }
  if (own.refused_token != token) {
    if (own.refused_token == 0) ++of_tenant.probes_refused;
    own.refused_token = token;
    own.refused_at = now;
  }
  if (of_tenant.accepted == false && of_tenant.token == token) return true;
  ++of_tenant.tokens_refused_in_a_row;
  judge(of_tenant, false, token);
  of_tenant.at = now;
  of_tenant.contradiction_told = false;
  return true;
}

bool TokenVerdicts::is_refused(model::TenantIndex tenant, std::uint64_t token) const {
  const OfTenant& own = tenants_.at(model::to_size(tenant));
  return own.accepted == false && own.token == token;
}

int TokenVerdicts::tokens_refused_in_a_row(model::TenantIndex tenant) const {
  return tenants_.at(model::to_size(tenant)).tokens_refused_in_a_row;
}

bool TokenVerdicts::is_accepted_elsewhere(model::TenantIndex tenant) const {
  const OfTenant& own = tenants_.at(model::to_size(tenant));
  return accepted_by_.count(own.token) != 0;
}

std::vector<std::string> TokenVerdicts::new_contradiction(model::TenantIndex tenant) {
  OfTenant& own = tenants_.at(model::to_size(tenant));
  std::vector<std::string> names;
  if (own.accepted != false || own.contradiction_told || !is_accepted_elsewhere(tenant))
    return names;
  for (std::size_t i = 0; i < tenants_.size(); ++i)
    if (tenants_[i].accepted == true && tenants_[i].token == own.token && tenants_[i].at > own.at)
      names.push_back(plan_->tenants()[i].name);
  own.contradiction_told = !names.empty();
  return names;
}

void TokenVerdicts::tell(model::TenantIndex tenant, model::TokenFacts& facts) const {
  const OfTenant& own = tenants_.at(model::to_size(tenant));
  facts.accepted = own.accepted;
  facts.judged_token = own.token;
  facts.judged_at = own.accepted ? std::optional(own.at) : std::nullopt;
  facts.probes_refused_alone = own.probes_refused_alone;
}

}  // namespace reinfer::credentials
