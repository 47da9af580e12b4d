// The one shared store. Probe threads write what happened, the HTTP pool reads snapshots; one mutex
// guards all of it and is held for microseconds. It counts and remembers; it judges nothing and
// renders nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>

#include "model/probe_result.h"
#include "record/history.h"
#include "record/snapshot.h"

namespace reinfer {

class Ledger {
 public:
  // All series of all targets exist, at 0, from here on.
  Ledger(std::shared_ptr<const Plan> plan, Instant now);

  // A probe left for its slot, `lag` after it was due. It ends in exactly one record().
  void record_started(TargetIndex target, Nanoseconds lag);
  // `count` slots of the grid were not probed.
  void record_skipped(TargetIndex target, SkipReason reason, std::uint64_t count = 1);
  // A probe ended. One that never left (no token) was still started.
  void record(const ProbeResult& result);
  // What has become of a tenant's token.
  void record_token(TenantIndex tenant, const TokenFacts& facts);
  // A control target was asked. `control` is its position in the plan.
  void record_control(std::size_t control, bool reachable);
  // Time the probe loop spent working since the last call.
  void record_busy(Nanoseconds busy);

  // A consistent copy. Any thread.
  Snapshot snapshot(Instant now) const;
  // What is remembered of a target's single probes. Any thread.
  History history(TargetIndex target) const;

 private:
  void remember(const ProbeResult& result);
  void count_reply(const ProbeResult& result, TargetRecord& record);
  void count_code(int code, TargetRecord& record);
  void count_latency(const ProbeResult& result, TargetRecord& record);

  // Constant after construction.
  const std::shared_ptr<const Plan> plan_;

  // Guarded by mutex_.
  mutable std::mutex mutex_;
  std::vector<TargetRecord> targets_;
  std::vector<TenantRecord> tenants_;
  std::vector<std::optional<bool>> controls_;
  std::vector<History> histories_;
  std::size_t remembered_ = 0;  // results in all histories
  ExporterRecord exporter_;
};

}  // namespace reinfer
