#include "record/histogram.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace reinfer {

Histogram::Histogram(std::vector<double> edges)
    : edges_(std::move(edges)), counts_(edges_.size() + 1) {
  check(std::is_sorted(edges_.begin(), edges_.end()), "bucket edges rise");
}

void Histogram::observe(double value) {
  check(std::isfinite(value) && !counts_.empty(), "an observation is a finite number");
  // Upper bounds are inclusive (`le`), so a value on an edge belongs below it.
  const auto bucket = std::lower_bound(edges_.begin(), edges_.end(), value) - edges_.begin();
  ++counts_[static_cast<std::size_t>(bucket)];
  sum_ += value;
  ++count_;
}

}  // namespace reinfer
