// The history's record of five minutes of a target, for the report of a month: the growth of the
// counters that Prometheus would have stored. Plain values with their text form, any thread;
// store.h writes them, archive.h reads them, sla/history_series.h makes counters of them again.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "model/objective.h"
#include "record/journal.h"

namespace reinfer::history {

inline constexpr std::chrono::seconds kSlice = std::chrono::minutes(5);

struct SliceCounts {
  struct OfObjective {
    std::uint64_t good = 0;
    std::uint64_t bad = 0;
    std::uint64_t egress = 0;
    bool operator==(const OfObjective&) const = default;
  };
  std::array<OfObjective, model::kObjectiveCount> objectives{};
  std::array<std::uint64_t, model::kOutcomeCount> results{};
  std::array<std::uint64_t, model::kSkipReasonCount> skipped{};

  void count(const record::JournalEntry& entry);
  void add(const SliceCounts& other);
  bool operator==(const SliceCounts&) const = default;
};

// Words of a name and a count, without those that are 0: "availability+ 9 availability- 1 ok 9
// server_error 1 skipped:overlap 2". '+' is good, '-' is bad, '~' is egress.
std::string to_text(const SliceCounts& counts);
// Leaves out what it does not know.
SliceCounts slice_from_text(std::string_view text);

// The objectives of a target from some moment on.
struct Setting {
  base::WallTime since{};
  base::Nanoseconds interval{};               // 0: the target was not configured
  std::map<std::string, std::string> labels;  // the tenant's own
  std::optional<double> availability;         // the objective's ratio
  std::array<bool, model::kCountableFaults.size()> counts{};
  std::optional<double> latency;
  base::Nanoseconds threshold{};
  bool operator==(const Setting&) const = default;
};

struct CountedSlice {
  base::WallTime begin{};
  SliceCounts counts;
};

struct CountedTarget {
  std::string probe;
  std::vector<Setting> settings;     // in order of time, at least one
  std::vector<CountedSlice> slices;  // in order of time, those in which something was counted
};

// When an exporter was at work.
struct Run {
  base::WallTime from{};
  base::WallTime to{};
};

// One tenant's targets in a span of time.
struct Counted {
  std::vector<Run> runs;  // in order of time
  // Earlier slices are not kept any more; absent where there is none at all.
  std::optional<base::WallTime> kept_from;
  std::vector<CountedTarget> targets;  // by probe
};

}  // namespace reinfer::history
