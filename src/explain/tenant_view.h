// The targets of a tenant counted together: how many stand how, and since when which fault lasts.
// What explain/verdict.h puts into words. Pure; any thread.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <optional>
#include <vector>

#include "explain/probe_status.h"
#include "record/snapshot.h"

namespace reinfer {

struct FaultView {
  std::size_t failing = 0;  // targets whose last result has this fault
  // The tenant's first failure of this fault in one chain of troubles that overlap.
  std::optional<WallTime> since;
  bool on_and_off = false;  // all of those failing have had many good results in between
};

struct TenantView {
  std::size_t probes = 0;
  std::size_t fine = 0;
  std::size_t failing = 0;
  std::size_t recovering = 0;
  std::size_t paused = 0;
  std::size_t stale = 0;
  std::size_t waiting = 0;
  std::array<FaultView, kFaultCount> by_fault;
  std::bitset<kOutcomeCount> outcomes;  // last results of those failing
  bool token_rejected = false;
  bool reply_seen = false;  // a last result, not stale, is a reply of the API or of its edge
  std::optional<SkipReason> paused_by;
  std::optional<WallTime> stale_since;  // the youngest result of those stale
  Fault recovering_fault = Fault::none;
  std::optional<WallTime> recovering_since;  // the trouble's begin
  std::optional<WallTime> recovered_since;   // since when the last of them answers
  std::optional<WallTime> fine_since;        // the end of the last trouble that is over
  std::optional<WallTime> past_since;        // its begin
  Fault past_fault = Fault::none;
  std::optional<WallTime> stalled;

  std::size_t judged() const { return probes - waiting - paused; }
  bool seen(Outcome outcome) const { return outcomes.test(static_cast<std::size_t>(outcome)); }
  // Those that fail now, most targets first; equals in the order platform, edge, network, ...
  std::vector<Fault> faults_by_weight() const;
  Fault main_fault() const;  // none if nothing fails
};

// In the plan's order.
std::vector<TenantView> view_tenants(const Snapshot& snapshot);

}  // namespace reinfer
