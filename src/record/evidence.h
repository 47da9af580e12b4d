// What is remembered of a target's single probes, as evidence for a vendor ticket: the last
// failures and the slowest successes. Failures are kept until younger failures push them out,
// however many good probes come between. A value inside the ledger, guarded by its mutex; readers
// get a copy.
#pragma once

#include <cstddef>
#include <deque>
#include <vector>

#include "model/probe_result.h"
#include "record/recent_results.h"

namespace reinfer {

inline constexpr std::size_t kFailuresKept = 20;
inline constexpr std::size_t kSlowestKept = 5;
inline constexpr Nanoseconds kSlowestKeptFor = std::chrono::hours(24);
// Over all targets of a process; a result is a few kilobytes.
inline constexpr std::size_t kHistoryMax = 10000;
// Of each result.
inline constexpr std::size_t kEvidenceHeadersMax = 40;
inline constexpr std::size_t kEvidenceHeaderBytesMax = 200;

class History {
 public:
  // Keeps the result if it belongs to those kept. `may_grow`: whether one more may be kept without
  // another going. Returns false if one that belongs was left out because of that.
  bool offer(const ProbeResult& result, bool may_grow);

  // The target stands there in the plan now.
  void move_to(TargetIndex target);

  const std::deque<ProbeResult>& failures() const { return failures_; }  // oldest first
  const std::vector<ProbeResult>& slowest() const { return slowest_; }   // slowest first
  std::size_t size() const { return failures_.size() + slowest_.size(); }

  // Beside the evidence, the small change of the last day.
  const Recent& recent() const { return recent_; }
  Recent& recent() { return recent_; }

 private:
  bool offer_failure(const ProbeResult& result, bool may_grow);
  bool offer_success(const ProbeResult& result, bool may_grow);

  std::deque<ProbeResult> failures_;
  std::vector<ProbeResult> slowest_;
  Recent recent_;
};

}  // namespace reinfer
