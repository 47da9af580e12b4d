#include "record/evidence.h"

#include <algorithm>

#include "base/text.h"

namespace reinfer::record {
namespace {

bool slower(const model::ProbeResult& a, const model::ProbeResult& b) {
  return a.phases.total > b.phases.total;
}

}  // namespace

model::ProbeResult as_evidence(const model::ProbeResult& result) {
  model::ProbeResult kept = result;
  auto& headers = kept.response_headers;
  if (headers.size() > kEvidenceHeadersMax) headers.resize(kEvidenceHeadersMax);
  for (model::Header& header : headers) {
    const bool secret = base::equals_ignoring_case(header.name, "set-cookie") ||
                        base::equals_ignoring_case(header.name, "authorization");
    header.name = base::sanitise(header.name, kEvidenceHeaderBytesMax);
    header.value = secret ? "(not kept)" : base::sanitise(header.value, kEvidenceHeaderBytesMax);
  }
  return kept;
}

Evidence::Offer Evidence::offer(const model::ProbeResult& result, bool may_grow) {
  return result.outcome == model::Outcome::ok ? offer_success(result, may_grow)
                                              : offer_failure(result, may_grow);
}

void Evidence::restore(model::ProbeResult result) {
  if (result.outcome == model::Outcome::ok) {
    if (slowest_.size() == kSlowestKept) return;
    slowest_.insert(std::upper_bound(slowest_.begin(), slowest_.end(), result, slower),
                    std::move(result));
    return;
  }
  if (failures_.size() == kFailuresKept) failures_.pop_front();
  failures_.push_back(std::move(result));
}

void Evidence::move_to(model::TargetIndex target) {
  for (model::ProbeResult& result : failures_)
    result.target = target;
  for (model::ProbeResult& result : slowest_)
    result.target = target;
}

Evidence::Offer Evidence::offer_failure(const model::ProbeResult& result, bool may_grow) {
  if (failures_.empty() && !may_grow) return Offer::left_out;
  if (failures_.size() == kFailuresKept || !may_grow) failures_.pop_front();
  failures_.push_back(as_evidence(result));
  return Offer::kept;
}

Evidence::Offer Evidence::offer_success(const model::ProbeResult& result, bool may_grow) {
  // A success that was slow for our own sake is no evidence against the platform.
  if (!result.phases.total || result.resent || model::distrust_of_total(result))
    return Offer::not_wanted;
  std::erase_if(slowest_, [&](const model::ProbeResult& kept) {
    return result.finished.mono - kept.finished.mono > kSlowestKeptFor;
  });
  const bool full = slowest_.size() == kSlowestKept || !may_grow;
  if (full && (slowest_.empty() || !slower(result, slowest_.back()))) return Offer::not_wanted;
  if (full) slowest_.pop_back();
  slowest_.insert(std::upper_bound(slowest_.begin(), slowest_.end(), result, slower),
                  as_evidence(result));
  return Offer::kept;
}

}  // namespace reinfer::record
