#include "explain/token_contradiction.h"

#include <fmt/format.h>

#include "base/text.h"

namespace reinfer::explain {
namespace {

constexpr std::size_t kNamesMax = 3;

}  // namespace

TokenContradiction contradiction_of(const model::Plan& plan,
                                    const std::vector<model::TokenFacts>& facts,
                                    model::TenantIndex tenant, base::MonoTime since) {
  TokenContradiction found;
  const model::TokenFacts& own = facts.at(model::to_size(tenant));
  if (own.accepted != false) return found;
  for (std::size_t i = 0; i < facts.size(); ++i) {
    if (!facts[i].accepted || facts[i].judged_token != own.judged_token) continue;
    if (facts[i].accepted == false)
      found.refused_by.push_back(plan.tenants()[i].name);
    else if (facts[i].judged_at > since)
      found.accepted_by.push_back(plan.tenants()[i].name);
  }
  return found.accepted_by.empty() ? TokenContradiction{} : found;
}

std::string words_of(const TokenContradiction& contradiction) {
  if (contradiction.accepted_by.empty()) return "";
  return fmt::format("accepted by {}, refused by {}: a permission or a tenant, not the token",
                     base::listed(contradiction.accepted_by, kNamesMax),
                     base::listed(contradiction.refused_by, kNamesMax));
}

}  // namespace reinfer::explain
