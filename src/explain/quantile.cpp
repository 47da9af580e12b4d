#include "explain/quantile.h"

#include "base/check.h"

namespace reinfer::explain {

std::optional<double> estimate_quantile(const record::Histogram& histogram, double q) {
  base::check(q >= 0 && q <= 1, "a quantile lies between 0 and 1");
  const auto& edges = histogram.edges();
  if (histogram.count() == 0 || edges.empty()) return std::nullopt;
  const double rank = q * static_cast<double>(histogram.count());
  double below = 0;
  for (std::size_t i = 0; i < edges.size(); ++i) {
    const auto inside = static_cast<double>(histogram.counts()[i]);
    if (inside > 0 && below + inside >= rank) {
      const double lower = i == 0 ? 0 : edges[i - 1];
      return lower + (edges[i] - lower) * (rank - below) / inside;
    }
    below += inside;
  }
  return edges.back();
}

}  // namespace reinfer::explain
