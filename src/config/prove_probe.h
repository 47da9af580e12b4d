// Proves one probe of a configuration: its request and the expected reply. Used by
// config/prove.cpp, which sets names, tenant and index. Pure except for the list of problems; one
// thread.
#pragma once

#include <optional>
#include <string>

#include "base/problem.h"
#include "config/config.h"
#include "model/target.h"

namespace reinfer::config {

// A Target without `tenant` and `tenant_name`; `probe` is `name` or `use`. nullopt after a reported
// problem. `base_url` is the tenant's, empty if it has a problem.
std::optional<model::Target> prove_probe(const ProbeConfig& probe, const ProbeSettings& tenant,
                                         const ProbeSettings& defaults, const std::string& base_url,
                                         base::ProblemList& problems);

// The allowed form of tenant and probe names.
inline constexpr std::string_view kNameForm =
    "1 to 64 letters, digits, dots, underscores and hyphens";
bool is_name(std::string_view name);

}  // namespace reinfer::config
