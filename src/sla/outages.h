// From when to when an objective's events were bad. Used by sla/report.h. Pure functions; any
// thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sla/samples.h"

namespace reinfer::sla {

// The events between two neighbouring samples.
struct JudgedStep {
  base::WallTime from;
  base::WallTime to;
  double events = 0;
  double bad = 0;
  std::map<std::string, double> outcomes;  // of the bad ones, as far as it is known
  bool broken = false;                     // counters began anew: whatever was before is over
  bool operator==(const JudgedStep&) const = default;
};

// Bad events with no more than kCalmMax of nothing but good ones in between.
struct Outage {
  // The first sample that shows a bad event, and the first after the last bad event that shows good
  // ones again: each comes late by less than its own `late_max`.
  base::WallTime start;
  base::WallTime end;
  base::Nanoseconds start_late_max{};
  base::Nanoseconds end_late_max{};
  double events = 0;
  double bad = 0;
  std::map<std::string, double> outcomes;
  bool began_before = false;  // the month: start is its first moment
  bool went_on = false;       // after the month: end is its last moment
  bool recovery_seen = true;  // else end is when it was last seen
  bool operator==(const Outage&) const = default;
};

inline constexpr base::Nanoseconds kCalmMax = std::chrono::minutes(5);

// Those of a month in order of time. `steps` may begin before it and go on after it, so that an
// outage over its edge is known for one; what is counted is what the month holds.
std::vector<Outage> outages_of(const std::vector<JudgedStep>& steps, const TimeSpan& month);

// At most `count` of them, longest first, of two as long the one with more bad events.
std::vector<Outage> longest(std::vector<Outage> outages, std::size_t count);

}  // namespace reinfer::sla
