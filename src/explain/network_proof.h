// What is known of the network while a tenant fails, and from what: the second half of a verdict.
// Pure; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "explain/tenant_view.h"
#include "record/snapshot.h"

namespace reinfer::explain {

struct NetworkProof {
  std::string claim;  // "network fine"; empty if nothing is known
  std::string why;    // a sentence; empty with the claim
};

// For a tenant that fails: whether the network is fine or, where it is what fails, whether our own
// way out works.
NetworkProof prove_network(const record::Snapshot& snapshot, const std::vector<TenantView>& views,
                           std::size_t tenant);

}  // namespace reinfer::explain
