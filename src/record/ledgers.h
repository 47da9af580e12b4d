// The ledgers of all probe threads, read as if they were one: each thread writes its own, with its
// part of the plan, and a reader gets the whole. Readers wait while a reload is under way, so they
// never see half of it. The HTTP pool reads, the Reloader adopts.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "model/partition.h"
#include "record/ledger.h"
#include "record/shared_snapshots.h"

namespace reinfer::record {

class Ledgers {
 public:
  // One for each part.
  Ledgers(model::Partition partition, base::Instant now);
  // One for all of it.
  Ledgers(std::shared_ptr<const model::Plan> plan, base::Instant now);

  std::size_t size() const { return ledgers_.size(); }
  Ledger& part(std::size_t index) { return *ledgers_.at(index); }

  // Calls `carry_out`, which has the thread of each ledger adopt its part of `partition` and
  // returns for each whether it did. Ledgers whose threads have ended adopt it here, so that all
  // parts are of one plan. The figures of a tenant that belongs to another part now move with it.
  // REQUIRES: as many parts as before.
  void adopt(model::Partition partition, base::Instant now,
             const std::function<std::vector<bool>()>& carry_out);
  void record_reload_failed(std::vector<std::string> problems);

  // Takes over a target's state from an earlier process. Unknown targets are ignored.
  // Before the probe threads start.
  void restore(std::string_view tenant, std::string_view probe, TargetPast past, base::Instant now);
  // From now on take_journal() returns what all ledgers have recorded, batch by batch. Any thread.
  void open_journals();
  std::vector<JournalBatch> take_journals();

  // The partition in force. Any thread.
  model::Partition partition() const;
  // The part of a tenant; nullopt if there is none of that name. Any thread.
  std::optional<std::size_t> part_of(std::string_view tenant) const;
  // Whether the plan has such a target. Any thread; costs next to nothing.
  bool has_target(std::string_view tenant, std::string_view probe) const;
  // Like the functions of Ledger, for the whole plan. Any thread.
  Snapshot snapshot(base::Instant now) const;
  // The same for a reader that keeps it for long: in a crowd, one of the last second.
  std::shared_ptr<const Snapshot> shared_snapshot(base::Instant now) const;
  std::optional<TargetEvidence> evidence(std::string_view tenant, std::string_view probe) const;
  std::optional<std::vector<RecentResults>> recents(
      const model::Plan* plan, const std::vector<model::TargetIndex>& targets) const;

 private:
  void hand_over_tenants(const model::Partition& next) REINFER_REQUIRES(mutex_);

  Egress egress_;  // what all ledgers know of the controls; has atomics of its own

  // Constant after construction; each Ledger has its own mutex.
  std::vector<std::unique_ptr<Ledger>> ledgers_;

  mutable SharedSnapshots shared_;  // has a mutex of its own

  mutable base::SharedMutex mutex_;
  model::Partition partition_ REINFER_GUARDED_BY(mutex_);
};

}  // namespace reinfer::record
