// Proves how a tenant's requests reach it: proxies, certificates, addresses and headers. Used by
// config/prove.cpp. It looks whether files can be read and connects to nothing; one thread.
#pragma once

#include "base/problem.h"
#include "config/config.h"
#include "model/network.h"

namespace reinfer::config {

// What the tenant does not say is taken from `defaults`. Incomplete if a problem was reported.
model::NetworkOptions prove_network(const TenantConfig& tenant, const NetworkSettings& defaults,
                                    base::ProblemList& problems);

}  // namespace reinfer::config
