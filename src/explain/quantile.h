// Quantiles estimated from a histogram's buckets, as Prometheus' histogram_quantile does: evenly
// spread within a bucket. Used for the p50, p95 and p99 that people see of the histograms in
// /metrics. Pure.
#pragma once

#include <optional>

#include "record/histogram.h"

namespace reinfer::explain {

// In the histogram's unit. What lies beyond the last edge counts as the last edge. nullopt without
// observations or edges. REQUIRES: 0 <= q <= 1.
std::optional<double> estimate_quantile(const record::Histogram& histogram, double q);

}  // namespace reinfer::explain
