// The health of a target: the present incident, when each of its faults began, and the incident
// before it. Kept where results are recorded, so that "since" is a fact and not a reader's guess;
// part of TargetRecord, guarded by the ledger's mutex. A plain value; explain/verdict.h words it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "model/probe_result.h"

namespace reinfer::record {

// A probe that failed has recovered after so many good results in a row: one good probe in the
// middle of an outage neither ends it nor makes the next failure a new one.
inline constexpr std::uint32_t kGoodToRecover = 3;

// From the first failure until the target had recovered.
struct Incident {
  base::Instant since{};  // finished
  // The first failure of each fault; `none` is not used.
  std::array<std::optional<base::Instant>, model::kFaultCount> fault_since{};
  std::array<std::uint32_t, model::kFaultCount> results{};  // by fault; `none` are good ones
  std::uint32_t good_in_a_row = 0;
  base::Instant good_since{};  // the first of the good ones in a row
  model::Outcome outcome{};    // of the last failure
  base::Instant last_failure{};

  // The fault with most failures.
  model::Fault main_fault() const;
  bool operator==(const Incident&) const = default;
};

struct HealthState {
  std::optional<base::Instant> finished;  // the last result
  // The first of the good results since the last incident.
  std::optional<base::Instant> good_since;
  std::optional<Incident> trouble;  // the present incident
  std::optional<Incident> past;     // the last one that is over, at its `good_since`
  std::array<std::uint64_t, model::kSkipReasonCount> skipped{};  // slots since the last result
  std::optional<base::Instant> stalled;  // a result came after slots that a stall of ours had cost

  void note(const model::ProbeResult& result);
  void note_skipped(model::SkipReason reason, std::uint64_t count);
  // Slots since the last result that the exporter itself failed to probe.
  std::uint64_t missed() const;
  bool operator==(const HealthState&) const = default;
};

}  // namespace reinfer::record
