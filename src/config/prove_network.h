// Proves the network settings of a tenant: proxies, certificates, addresses and headers. Used by
// config/prove.cpp. It checks that files can be read and makes no connection; one thread.
#pragma once

#include "base/problem.h"
#include "config/config.h"
#include "model/network.h"

namespace reinfer::config {

// Settings that the tenant lacks are taken from `defaults`. Incomplete if a problem was reported.
model::NetworkOptions prove_network(const TenantConfig& tenant, const NetworkSettings& defaults,
                                    base::ProblemList& problems);

}  // namespace reinfer::config
