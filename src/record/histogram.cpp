#include "record/histogram.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/check.h"

namespace reinfer::record {

Histogram::Histogram(std::vector<double> edges)
    : edges_(std::move(edges)), counts_(edges_.size() + 1) {
  base::check(std::is_sorted(edges_.begin(), edges_.end()), "bucket edges rise");
}

Histogram::Histogram(std::vector<double> edges, std::vector<std::uint64_t> counts, double sum)
    : edges_(std::move(edges)),
      counts_(std::move(counts)),
      sum_(sum),
      count_(std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0})) {
  base::check(std::is_sorted(edges_.begin(), edges_.end()), "bucket edges rise");
  base::check(counts_.size() == edges_.size() + 1, "each bucket has a count");
}

std::size_t Histogram::observe(double value) {
  base::check(std::isfinite(value) && !counts_.empty(), "an observation is a finite number");
  // Upper bounds are inclusive (`le`), so a value on an edge belongs below it.
  const auto bucket = static_cast<std::size_t>(
      std::lower_bound(edges_.begin(), edges_.end(), value) - edges_.begin());
  ++counts_[bucket];
  sum_ += value;
  ++count_;
  return bucket;
}

void Histogram::add(const Histogram& other) {
  base::check(edges_ == other.edges_, "histograms that are added have the same edges");
  for (std::size_t i = 0; i < counts_.size(); ++i)
    counts_[i] += other.counts_[i];
  sum_ += other.sum_;
  count_ += other.count_;
}

}  // namespace reinfer::record
