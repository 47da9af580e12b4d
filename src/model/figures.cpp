#include "model/figures.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace reinfer::model {
namespace {

bool has_total(const ProbeResult& result) {
  return result.outcome == Outcome::ok && result.phases.total;
}

}  // namespace

WaitShares shares_of_wait(base::Nanoseconds wait, base::Nanoseconds server_time) {
  const base::Nanoseconds server = std::min(wait, server_time);
  return {server, wait - server};
}

LatencyFigures latency_figures(const ProbeResult& result) {
  if (result.resent) return {};
  LatencyFigures figures;
  if (has_total(result) && !distrust_of_total(result)) figures[0] = result.phases.total;
  figures[1] = result.server_processing;
  if (result.network_overhead && !distrust_of_wait(result)) figures[2] = result.network_overhead;
  return figures;
}

std::optional<Distrust> distrust_of_figures(const ProbeResult& result) {
  if (result.resent) return std::nullopt;
  if (has_total(result))
    if (const auto reason = distrust_of_total(result)) return reason;
  return result.network_overhead ? distrust_of_wait(result) : std::nullopt;
}

std::size_t nearest_rank(std::size_t count, double percent) {
  base::check(count > 0, "a quantile is one of something");
  base::check(percent > 0 && percent <= 100, "a percentile lies above 0 and up to 100");
  // A little less, since 0.95 * 20 is more than 19 in binary.
  const double rank = std::ceil(percent / 100 * static_cast<double>(count) - 1e-9);
  return std::clamp<std::size_t>(static_cast<std::size_t>(rank), 1, count) - 1;
}

}  // namespace reinfer::model
