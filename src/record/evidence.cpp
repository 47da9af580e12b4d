#include "record/evidence.h"

#include <algorithm>

#include "base/text.h"

namespace reinfer {
namespace {

// Without what is secret or no evidence, and within bounds.
ProbeResult as_evidence(const ProbeResult& result) {
  ProbeResult kept = result;
  auto& headers = kept.response_headers;
  if (headers.size() > kEvidenceHeadersMax) headers.resize(kEvidenceHeadersMax);
  for (Header& header : headers) {
    const bool secret = equals_ignoring_case(header.name, "set-cookie") ||
                        equals_ignoring_case(header.name, "authorization");
    header.name = sanitise(header.name, kEvidenceHeaderBytesMax);
    header.value = secret ? "(not kept)" : sanitise(header.value, kEvidenceHeaderBytesMax);
  }
  return kept;
}

bool slower(const ProbeResult& a, const ProbeResult& b) {
  return a.phases.total > b.phases.total;
}

}  // namespace

bool History::offer(const ProbeResult& result, bool may_grow) {
  return result.outcome == Outcome::ok ? offer_success(result, may_grow)
                                       : offer_failure(result, may_grow);
}

void History::move_to(TargetIndex target) {
  for (ProbeResult& result : failures_)
    result.target = target;
  for (ProbeResult& result : slowest_)
    result.target = target;
}

bool History::offer_failure(const ProbeResult& result, bool may_grow) {
  if (failures_.empty() && !may_grow) return false;
  if (failures_.size() == kFailuresKept || !may_grow) failures_.pop_front();
  failures_.push_back(as_evidence(result));
  return true;
}

bool History::offer_success(const ProbeResult& result, bool may_grow) {
  // A success that was slow for our own sake is no evidence against the platform.
  if (!result.phases.total || result.resent || distrust_of_total(result)) return true;
  std::erase_if(slowest_, [&](const ProbeResult& kept) {
    return result.finished.mono - kept.finished.mono > kSlowestKeptFor;
  });
  const bool full = slowest_.size() == kSlowestKept || !may_grow;
  if (full && (slowest_.empty() || !slower(result, slowest_.back()))) return true;
  if (full) slowest_.pop_back();
  slowest_.insert(std::upper_bound(slowest_.begin(), slowest_.end(), result, slower),
                  as_evidence(result));
  return true;
}

}  // namespace reinfer
