// Tenants that contradict each other about one token: some are accepted with it, others refused. So
// it is a permission or a tenant, and not the token. Used for verdicts and by the `probe` command.
// Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "model/plan.h"
#include "model/token_facts.h"

namespace reinfer::explain {

// Names of tenants, in the plan's order; both are empty if nobody contradicts.
struct TokenContradiction {
  std::vector<std::string> accepted_by;
  std::vector<std::string> refused_by;
  bool operator==(const TokenContradiction&) const = default;
};

// About the token that the tenant was refused with; `facts` are those of all tenants. Only requests
// sent after `since` count as accepted: an earlier one may have met the token before it was
// revoked.
TokenContradiction contradiction_of(const model::Plan& plan,
                                    const std::vector<model::TokenFacts>& facts,
                                    model::TenantIndex tenant, base::MonoTime since);

// "accepted by production, refused by sandbox: a permission or a tenant, not the token"; empty if
// nobody contradicts.
std::string words_of(const TokenContradiction& contradiction);

}  // namespace reinfer::explain
