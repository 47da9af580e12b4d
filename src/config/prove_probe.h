// Proves one probe of a configuration: the request it makes and the reply it expects. Used by
// config/prove.cpp, which sets names, tenant and index. Pure but for the list of problems.
#pragma once

#include <optional>
#include <string>

#include "base/problem.h"
#include "config/config.h"
#include "model/target.h"

namespace reinfer::config {

// A Target without `tenant` and `tenant_name`, its `probe` taken from `name` or `use`; nullopt if
// something is wrong, which is then in `problems`. `base_url` is the tenant's, empty if it is
// wrong.
std::optional<model::Target> prove_probe(const ProbeConfig& probe, const ProbeSettings& tenant,
                                         const ProbeSettings& defaults, const std::string& base_url,
                                         base::ProblemList& problems);

// What tenants and probes may be called.
inline constexpr std::string_view kNameForm =
    "1 to 64 letters, digits, dots, underscores and hyphens";
bool is_name(std::string_view name);

}  // namespace reinfer::config
