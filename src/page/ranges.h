// The ranges of time over which a target's page can show availability and latency, and the figures
// of each stretch in one: from the history's quarters, hours and days, or from what the ledger
// knows. Stretches that nobody watched are absent, and so shown as unknown. range_charts.h draws
// them; routes ask the history. Pure.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "history/stretch.h"
#include "record/recent_results.h"

namespace reinfer::page {

struct Range {
  std::string_view name;   // "7d", of the query
  std::string_view label;  // "7 d"
  std::chrono::seconds span;
  std::chrono::seconds availability;  // width of a stretch
  std::chrono::seconds latency;
  bool recent = false;  // the ledger knows it, too
  // Of the rows of the history from which the stretches are made.
  std::chrono::seconds availability_rows() const;
  std::chrono::seconds latency_rows() const;
};

inline constexpr std::array<Range, 5> kRanges = {{
    {"1h", "1 h", std::chrono::hours(1), std::chrono::minutes(5), std::chrono::minutes(5), true},
    {"24h", "24 h", std::chrono::hours(24), history::kQuarter, history::kHour, true},
    {"7d", "7 d", std::chrono::hours(24 * 7), history::kHour, history::kHour},
    {"30d", "30 d", std::chrono::hours(24 * 30), history::kDay, history::kDay},
    {"90d", "90 d", std::chrono::hours(24 * 90), history::kDay, history::kDay},
}};

// Null if it is not offered; without a history those alone are that the ledger knows.
const Range* range_of(std::string_view name, bool has_history);
// The error for a name that range_of() does not take, with the names that are allowed.
std::string range_fault(std::string_view name, bool has_history);

struct LatencyStretch {
  base::WallTime begin{};
  std::chrono::seconds width{};
  std::uint64_t count = 0;  // ok probes
  double p50 = 0;           // seconds
  double p95 = 0;
  double p99 = 0;
};

struct RangeFigures {
  const Range* range = nullptr;
  base::WallTime begin{};                         // of the first stretch that there could be
  std::vector<history::StretchRow> availability;  // oldest first
  std::vector<LatencyStretch> latencies;          // oldest first
};

// The begin of the first stretch of a range that ends now: whole stretches, the present one last.
base::WallTime first_of_range(const Range& range, std::chrono::seconds width, base::WallTime now);

// From rows of the widths that the range names.
RangeFigures figures_from_history(const Range& range,
                                  const std::vector<history::StretchRow>& availability,
                                  const std::vector<history::LatencyRow>& latencies,
                                  base::WallTime now);
// From what the exporter remembers itself. `interval`: between two slots of the target.
RangeFigures figures_from_recent(const Range& range, const record::RecentResults& recent,
                                 base::Nanoseconds interval, base::Instant now);

}  // namespace reinfer::page
