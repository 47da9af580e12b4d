#include "record/latency_histogram.h"

#include <algorithm>

namespace reinfer::record {

void LatencyHistogram::observe(double seconds, const std::optional<Exemplar>& exemplar) {
  const std::size_t bucket = classic_.observe(seconds);
  native_.observe(seconds);
  if (!exemplar) return;
  auto at = std::find_if(exemplars_.begin(), exemplars_.end(),
                         [bucket](const BucketExemplar& kept) { return kept.bucket == bucket; });
  if (at == exemplars_.end()) {
    exemplars_.push_back({static_cast<std::uint32_t>(bucket), {}});
    at = exemplars_.end() - 1;
  }
  at->exemplar = *exemplar;
  at->exemplar.value = seconds;
}

const Exemplar* LatencyHistogram::exemplar(std::size_t bucket) const {
  for (const BucketExemplar& kept : exemplars_)
    if (kept.bucket == bucket) return &kept.exemplar;
  return nullptr;
}

}  // namespace reinfer::record
