// The state of the network while a tenant fails, and the evidence for it: the second half of a
// verdict. Pure; any thread.
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

// For a tenant that fails: whether the network is fine or, where the network fails, whether the
// exporter reaches anything else.
NetworkProof prove_network(const record::Snapshot& snapshot, const std::vector<TenantView>& views,
                           std::size_t tenant);

}  // namespace reinfer::explain
