// The results that a ledger has recorded since they were last taken: the history's queue. Part of a
// Ledger and guarded by its mutex; the history's thread takes them about once a second. Bounded:
// results beyond that are dropped and counted. Closed until it is opened, and costs nothing then.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "model/figures.h"
#include "model/plan.h"
#include "model/probe_result.h"
#include "record/health_state.h"
#include "record/objective_events.h"

namespace reinfer::record {

// One result in the form that outlives the process.
struct JournalEntry {
  static constexpr std::uint32_t kAbsent = UINT32_MAX;

  model::TargetIndex target{};
  base::WallTime finished{};
  model::Outcome outcome = model::Outcome::monitor_error;
  bool excluded = false;     // maintenance or our own egress take it out of availability
  std::uint32_t missed = 0;  // slots before it that the exporter failed to probe
  EventMarks marks{};        // by model::Objective
  // In whole microseconds, kAbsent where the result has none, in the order of LatencyFigure.
  std::array<std::uint32_t, model::kLatencyFigureCount> figures = {kAbsent, kAbsent, kAbsent};
};

// Slots of the grid without a probe.
struct SkippedSlots {
  model::TargetIndex target{};
  model::SkipReason reason{};
  std::uint64_t count = 0;
};

// The incidents of a target after a result that changed them.
struct IncidentChange {
  model::TargetIndex target{};
  std::optional<Incident> trouble;  // the present one
  std::optional<Incident> past;     // the last one that is over
  base::Instant recovered{};        // when `past` was over
};

// Everything of one plan, to which the positions refer.
struct JournalBatch {
  std::shared_ptr<const model::Plan> plan;
  std::vector<JournalEntry> entries;
  std::vector<SkippedSlots> skipped;
  std::vector<IncidentChange> incidents;
  std::vector<model::ProbeResult> evidence;  // results that Evidence kept
  std::uint64_t dropped_entries = 0;
  std::uint64_t dropped_evidence = 0;

  bool empty() const { return entries.empty() && skipped.empty() && dropped_entries == 0; }
};

class Journal {
 public:
  // More than ten thousand targets at a second each give in ten seconds.
  static constexpr std::size_t kEntriesMax = 100'000;
  static constexpr std::size_t kEvidenceMax = 2'000;

  void open(std::shared_ptr<const model::Plan> plan);
  bool is_open() const { return !batches_.empty(); }
  // Positions refer to this plan from now on.
  void adopt(std::shared_ptr<const model::Plan> plan);

  // Each does nothing while the journal is closed.
  void note(const model::ProbeResult& result, std::uint64_t missed, bool excluded,
            const EventMarks& marks = {});
  void note_skipped(model::TargetIndex target, model::SkipReason reason, std::uint64_t count);
  void note_evidence(const model::ProbeResult& result);
  // After `health` has taken a result. `before`: whether it had an incident until then.
  void note_health(model::TargetIndex target, const HealthState& health, bool before);

  // All of it, oldest first. The journal goes on with the newest plan.
  std::vector<JournalBatch> take();

 private:
  std::vector<JournalBatch> batches_;  // empty: closed
  std::size_t entries_ = 0;            // skipped slots included
  std::size_t evidence_ = 0;
};

}  // namespace reinfer::record
