// The targets of a tenant counted together: how many are in which state, and since when each fault
// lasts. verdict.cpp puts it into words. Pure; any thread.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <optional>
#include <vector>

#include "explain/probe_status.h"
#include "explain/token_contradiction.h"
#include "record/snapshot.h"

namespace reinfer::explain {

struct FaultView {
  std::size_t failing = 0;  // targets whose last result has this fault
  // The tenant's first failure of this fault in one chain of incidents that overlap.
  std::optional<base::WallTime> since;
  bool on_and_off = false;  // all that fail have had many good results in between
};

struct TenantView {
  std::size_t probes = 0;
  std::size_t fine = 0;
  std::size_t failing = 0;
  std::size_t recovering = 0;
  std::size_t paused = 0;
  std::size_t stale = 0;
  std::size_t waiting = 0;
  std::array<FaultView, model::kFaultCount> by_fault;
  std::bitset<model::kOutcomeCount> outcomes;  // last results of the failing ones
  bool token_rejected = false;
  bool refused_alone = false;  // a probe is refused with a token that others are accepted with
  TokenContradiction contradiction;  // about the token that this tenant is refused with
  bool reply_seen = false;  // a last result, not stale, is a reply of the API or of its edge
  std::optional<model::SkipReason> paused_by;
  std::optional<base::WallTime> stale_since;  // the youngest result of the stale ones
  model::Fault recovering_fault = model::Fault::none;
  std::optional<base::WallTime> recovering_since;  // the start of the incident
  std::optional<base::WallTime> recovered_since;   // since when the last of them answers
  std::optional<base::WallTime> fine_since;        // the end of the last incident that is over
  std::optional<base::WallTime> past_since;        // its start
  model::Fault past_fault = model::Fault::none;
  std::optional<base::WallTime> stalled;

  std::size_t judged() const { return probes - waiting - paused; }
  bool seen(model::Outcome outcome) const {
    return outcomes.test(static_cast<std::size_t>(outcome));
  }
  // The faults that fail now, most targets first; equals in the order platform, edge, network, ...
  std::vector<model::Fault> faults_by_weight() const;
  model::Fault main_fault() const;  // none if nothing fails
};

// In the plan's order.
std::vector<TenantView> view_tenants(const record::Snapshot& snapshot);

}  // namespace reinfer::explain
