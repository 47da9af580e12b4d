// The figures that a probe thread shares with readers. The thread records events, the HTTP pool
// reads snapshots; one mutex guards all of it, held for microseconds: a snapshot shares the records
// of all targets, and a record is copied when it next changes. It counts and remembers; it judges
// nothing and renders nothing. The probe loop's own figures are here as well, and not among the
// Instruments: they are written under the mutex that is held anyway, which lends a reader the
// writer's priority, and a snapshot shows them together with the targets.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/inheriting_mutex.h"
#include "model/plan_change.h"
#include "model/probe_result.h"
#include "record/egress.h"
#include "record/evidence.h"
#include "record/journal.h"
#include "record/shared_list.h"
#include "record/snapshot.h"

namespace reinfer::record {

// The evidence of one target, and the plan to which the positions in its results refer.
struct TargetEvidence {
  std::shared_ptr<const model::Plan> plan;
  model::TargetIndex target{};
  Evidence evidence;
};

// The figures of a tenant that moves to another ledger. A probe in flight does not move.
struct TenantFigures {
  struct OfTarget {
    model::Target target;
    TargetRecord record;
    Evidence evidence;
  };
  model::Tenant tenant;
  TenantRecord record;
  std::vector<OfTarget> targets;
};

// The state of a target that an earlier process left.
struct TargetPast {
  HealthState health;                        // without skipped slots
  std::vector<AvailabilityBin> day;          // the last day, oldest first
  std::vector<model::ProbeResult> evidence;  // oldest first
};

class Ledger {
 public:
  // All series of all targets exist, at 0, from here on. At most `evidence_max` results are kept as
  // evidence. `egress` is shared with the other ledgers of the exporter and outlives them; null:
  // the ledger has one of its own.
  Ledger(std::shared_ptr<const model::Plan> plan, base::Instant now,
         std::size_t evidence_max = kEvidenceMax, Egress* egress = nullptr);

  // From now on `plan` is in force, which differs from the one before by `change`. Figures stay
  // with their targets, tenants and controls by name; the figures of removed ones vanish. A
  // target's histograms begin anew if its buckets are others, its evidence if it asks for something
  // else.
  void adopt(std::shared_ptr<const model::Plan> plan, const model::PlanChange& change,
             base::Instant now);
  // The plan that is adopted next has a tenant that was in another ledger until now; and what that
  // ledger hands over. REQUIRES: there is such a tenant. Any thread.
  void expect(TenantFigures figures);
  TenantFigures figures_of(std::string_view tenant) const;
  // REQUIRES: the target has no result yet.
  void restore(model::TargetIndex target, TargetPast past, base::Instant now);
  // From now on take_journal() returns what is recorded.
  void open_journal();
  std::vector<JournalBatch> take_journal();
  // A plan could not be loaded, for these reasons; the old one stays in force.
  void record_reload_failed(std::vector<std::string> problems);
  // The thread that writes here was given a real-time priority.
  void record_realtime();

  // A probe left for its slot, `lag` after it was due. It ends in exactly one record().
  void record_started(model::TargetIndex target, base::Nanoseconds lag);
  // `count` slots of the grid were not probed.
  void record_skipped(model::TargetIndex target, model::SkipReason reason, std::uint64_t count = 1);
  // A probe ended. One that never left (no token) was still started.
  void record(const model::ProbeResult& result);
  // The state of a tenant's token has changed.
  void record_token(model::TenantIndex tenant, const model::TokenFacts& facts);
  // A control target was asked. `control` is its position in the plan.
  void record_control(std::size_t control, bool reachable);
  // An exchange of whatever purpose ended before it began: too many lookups were under way.
  void record_refused_lookup();
  // Time the probe loop spent working since the last call.
  void record_busy(base::Nanoseconds busy);

  // A consistent copy. Any thread.
  Snapshot snapshot(base::Instant now) const;
  // The evidence of a target; nullopt if there is no such target. Any thread.
  std::optional<TargetEvidence> evidence(std::string_view tenant, std::string_view probe) const;
  // The last day of those targets, in their order. Absent if `plan` is no longer the one in force.
  // Any thread.
  std::optional<std::vector<RecentResults>> recents(
      const model::Plan* plan, const std::vector<model::TargetIndex>& targets) const;

 private:
  void take_expected(const model::PlanChange& change, base::Instant now) REINFER_REQUIRES(mutex_);
  void fit(model::TargetIndex index, const model::Target& before, base::Instant now)
      REINFER_REQUIRES(mutex_);
  std::optional<model::Exclusion> exclusion_of(const model::ProbeResult& result) const
      REINFER_REQUIRES(mutex_);
  void remember(const model::ProbeResult& result, bool excluded, const EventMarks& marks)
      REINFER_REQUIRES(mutex_);

  const std::size_t evidence_max_;
  Egress own_egress_;
  Egress& egress_;  // own_egress_, or one that is shared

  mutable base::InheritingMutex mutex_;
  std::shared_ptr<const model::Plan> plan_ REINFER_GUARDED_BY(mutex_);
  mutable EditedList<TargetRecord> targets_ REINFER_GUARDED_BY(mutex_);  // count their copies
  mutable EditedList<TenantRecord> tenants_ REINFER_GUARDED_BY(mutex_);
  std::vector<std::optional<bool>> controls_ REINFER_GUARDED_BY(mutex_);
  std::vector<Evidence> evidence_ REINFER_GUARDED_BY(mutex_);
  std::vector<TenantFigures> expected_ REINFER_GUARDED_BY(mutex_);  // until the next adopt()
  std::size_t remembered_ REINFER_GUARDED_BY(mutex_) = 0;           // results in all of evidence_
  Journal journal_ REINFER_GUARDED_BY(mutex_);
  ExporterRecord exporter_ REINFER_GUARDED_BY(mutex_);
};

}  // namespace reinfer::record
