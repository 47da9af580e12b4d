// Configurations in TOML that `reinfer_exporter discover` makes: one that asks its questions, and
// the one that it proposes. Pure functions, any thread. No token comes this way, only where it is.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "base/problem.h"
#include "discover/proposal.h"

namespace reinfer::discover {

// How a tenant is reached, as the command line says it; empty texts are not written.
struct TenantAccess {
  std::string name;
  std::string base_url;
  std::string token_env;
  std::string token_file;
  std::string ca_file;
  std::string proxy_url;
};

// Each question may take half a minute and bring a long list.
std::string questions_toml(const TenantAccess& access, const std::vector<ProbeText>& questions);

// With what it comes to and what is missing as comments. A problem means that what the tenant calls
// its things cannot be configured after all.
tl::expected<std::string, base::Problems> proposed_toml(const TenantAccess& access,
                                                        const Proposal& proposal);

}  // namespace reinfer::discover
