// The API's verdicts on the tenants' tokens. A 401 judges the tenant that got it, and nobody else:
// tenants may share a token, but each has its own verdict. A probe that is refused while another
// probe of its tenant is accepted lacks a permission, and no longer judges the token. Used by
// credentials.cpp. It knows no source and fetches nothing. Owned by one probe thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "model/plan.h"
#include "model/plan_change.h"
#include "model/token_facts.h"

namespace reinfer::credentials {

class TokenVerdicts {
 public:
  explicit TokenVerdicts(const model::Plan& plan);

  // From now on `plan` holds. A tenant keeps its verdict unless its address or source has changed.
  void adopt(const model::Plan& plan, const model::PlanChange& change);

  // The API accepted the token in a request of the target, sent at `sent`.
  void accepted(model::TargetIndex target, std::uint64_t token, base::MonoTime sent);
  // The API answered 401 to the token. False if that says nothing about it.
  bool refused(model::TargetIndex target, std::uint64_t token, base::MonoTime now);

  // Whether the last reply to this tenant that judged a token refused this one.
  bool is_refused(model::TenantIndex tenant, std::uint64_t token) const;
  // How many different tokens the tenant was refused with since it was accepted.
  int tokens_refused_in_a_row(model::TenantIndex tenant) const;
  // Whether the last reply to another tenant accepted the same token as this one was refused with.
  bool is_accepted_elsewhere(model::TenantIndex tenant) const;
  // The names of the tenants that contradict this one: they were accepted with the same token after
  // this one was refused. Once for each time that they begin to; empty otherwise.
  std::vector<std::string> new_contradiction(model::TenantIndex tenant);

  // Fills in what this room knows.
  void tell(model::TenantIndex tenant, model::TokenFacts& facts) const;

 private:
  struct OfTenant {
    std::optional<bool> accepted;
    std::uint64_t token = 0;
    base::MonoTime at{};  // as TokenFacts::judged_at
    int tokens_refused_in_a_row = 0;
    bool contradiction_told = false;
    std::size_t probes_refused = 0;  // whose last reply was a 401
    std::size_t probes_refused_alone = 0;
  };
  struct OfTarget {
    std::uint64_t refused_token = 0;  // 0: accepted, or not judged
    base::MonoTime refused_at{};
    bool alone = false;        // another probe of the tenant was accepted after that
    bool still_alone = false;  // and this one refused again
  };

  void list_targets();
  void judge(OfTenant& of_tenant, bool accepted, std::uint64_t token);
  OfTenant& tenant_of(model::TargetIndex target);
  void set_still_alone(OfTarget& of_target, OfTenant& of_tenant, bool still_alone);

  // Owned by the probe thread.
  const model::Plan* plan_;
  std::vector<OfTenant> tenants_;
  std::vector<OfTarget> targets_;
  std::vector<std::vector<model::TargetIndex>> targets_of_;     // each tenant
  std::unordered_map<std::uint64_t, std::size_t> accepted_by_;  // so many tenants, by token
};

}  // namespace reinfer::credentials
