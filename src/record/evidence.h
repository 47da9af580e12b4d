// The evidence of a target for a vendor ticket: single probes, the last failures and the slowest
// successes. Failures are kept until younger failures push them out, however many good probes come
// in between. A value inside the ledger, guarded by its mutex; readers
// get a copy.
#pragma once

#include <cstddef>
#include <deque>
#include <vector>

#include "model/probe_result.h"
#include "record/recent_results.h"

namespace reinfer::record {

inline constexpr std::size_t kFailuresKept = 20;
inline constexpr std::size_t kSlowestKept = 5;
inline constexpr base::Nanoseconds kSlowestKeptFor = std::chrono::hours(24);
// Over all targets of a process; a result is a few kilobytes.
inline constexpr std::size_t kEvidenceMax = 10000;
// Of each result.
inline constexpr std::size_t kEvidenceHeadersMax = 40;
inline constexpr std::size_t kEvidenceHeaderBytesMax = 200;

// A copy whose headers hold no secret and stay within bounds: what is kept, in memory and in the
// history.
model::ProbeResult as_evidence(const model::ProbeResult& result);

class Evidence {
 public:
  // `not_wanted`: good and not slow enough. `left_out`: the number may not grow.
  enum class Offer : std::uint8_t { kept, not_wanted, left_out };
  // Keeps the result if it is a failure, or slow enough. `may_grow`: whether the number of results
  // may grow, or another one has to go.
  Offer offer(const model::ProbeResult& result, bool may_grow);
  // A result that an earlier process has kept; the oldest first.
  void restore(model::ProbeResult result);

  // The target's position in the plan is this one now.
  void move_to(model::TargetIndex target);

  const std::deque<model::ProbeResult>& failures() const { return failures_; }  // oldest first
  const std::vector<model::ProbeResult>& slowest() const { return slowest_; }   // slowest first
  std::size_t size() const { return failures_.size() + slowest_.size(); }

  // Kept with the evidence: the figures of the last day.
  const RecentResults& recent() const { return recent_; }
  RecentResults& recent() { return recent_; }

 private:
  Offer offer_failure(const model::ProbeResult& result, bool may_grow);
  Offer offer_success(const model::ProbeResult& result, bool may_grow);

  std::deque<model::ProbeResult> failures_;
  std::vector<model::ProbeResult> slowest_;
  RecentResults recent_;
};

}  // namespace reinfer::record
