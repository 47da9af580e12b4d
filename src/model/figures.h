// The figures of a probe's latency, each with one name and one way of computing it: total, wait,
// server time, path, and the quantiles of many. The histograms, the page, the JSON API and the
// terminal take them from here; explain/glossary.h has their words. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "model/probe_result.h"

namespace reinfer::model {

// A wait in the parts that it is made of.
struct WaitShares {
  base::Nanoseconds server{};  // at most the wait, whatever the server says it took
  base::Nanoseconds path{};    // the rest
  bool operator==(const WaitShares&) const = default;
};
WaitShares shares_of_wait(base::Nanoseconds wait, base::Nanoseconds server_time);

enum class LatencyFigure : std::uint8_t { total, server_time, path };
inline constexpr std::size_t kLatencyFigureCount = 3;
// In the order of LatencyFigure; absent where the result has no such figure, or none to be trusted.
using LatencyFigures = std::array<std::optional<base::Nanoseconds>, kLatencyFigureCount>;

// The latencies that a result adds to histograms and quantiles: the total of ok probes, server time
// and path of every reply that has them. A request that libcurl sent twice adds none, since it took
// longer than the platform made us wait, nor does one that the exporter itself spoilt.
LatencyFigures latency_figures(const ProbeResult& result);
// Why latency_figures() leaves a figure out that the result has.
std::optional<Distrust> distrust_of_figures(const ProbeResult& result);

// Where the quantile of so many per cent stands among `count` values that rise: the smallest value
// that at least that many per cent of all do not exceed, which is one that was measured. REQUIRES:
// count > 0, 0 < percent <= 100.
std::size_t nearest_rank(std::size_t count, double percent);

}  // namespace reinfer::model
