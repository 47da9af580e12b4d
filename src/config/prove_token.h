// Proves where a tenant's token comes from. Used by config/prove.cpp. It asks the inspector whether
// the token, or the secret that fetches it, can be read, and keeps neither; one thread.
#pragma once

#include "base/problem.h"
#include "config/config.h"
#include "config/prove.h"
#include "model/token_source.h"

namespace reinfer::config {

// `network` is the tenant's, proven: a token endpoint is reached the same way, but without the
// headers and the client certificate that are meant for the API. Incomplete if a problem was
// reported.
model::TokenSource prove_token(const TenantConfig& tenant, const model::NetworkOptions& network,
                               const TokenInspector& inspect_token, base::ProblemList& problems);

}  // namespace reinfer::config
