// Samples of counters as Prometheus has stored them, and how much a counter grew between them. Used
// by everything in this room. Pure functions over plain values; any thread. All results are
// exact: a difference of stored samples, never a rate stretched to the edges of a window.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace reinfer::sla {

struct Sample {
  base::WallTime time;
  double value = 0;
  bool operator==(const Sample&) const = default;
};

using Samples = std::vector<Sample>;  // in order of time, no two at the same
using SeriesLabels = std::map<std::string, std::string>;

struct Series {
  SeriesLabels labels;
  Samples samples;
};

struct TimeSpan {
  base::WallTime from;
  base::WallTime to;
  bool operator==(const TimeSpan&) const = default;
};

// Nobody knows more of a series that has had no sample for so long: Prometheus itself looks back no
// further.
inline constexpr base::Nanoseconds kSilenceMax = std::chrono::minutes(5);

// The growth of a counter between two neighbouring samples, at some moment in (from, to].
struct Growth {
  base::WallTime from;
  base::WallTime to;
  double count = 0;
  bool broken = false;  // the counter was reset in between: its last counts are lost
  bool operator==(const Growth&) const = default;
};

// One for each pair of neighbours. A counter that fell began again at 0, so all it shows is growth.
// The value of the first sample grew at an unknown time and is part of no growth. `restarts`, in
// order: times of the first samples after a restart, which a counter that has grown beyond its old
// value does not show.
std::vector<Growth> growth_of(const Samples& samples,
                              const std::vector<base::WallTime>& restarts = {});

// Adds those that are newer than the last.
void append_newer(Samples& samples, const Samples& more);

// The value of the last sample at or before a moment; of the first if all are later.
std::optional<double> value_at(const Samples& samples, base::WallTime time);

// A value and since when it holds; the first begins with the first sample.
Samples changes_of(const Samples& samples);

// Sum of what grew in (span.from, span.to], each by the sample that shows it.
double total(const std::vector<Growth>& growth, const TimeSpan& span);

}  // namespace reinfer::sla
