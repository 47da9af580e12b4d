// The objectives (SLOs) of a target: availability and latency. Plain values, part of a Target, any
// thread. record/objective_events.h counts the events.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "model/outcome.h"

namespace reinfer::model {

// Each enumerator is a value of the label `slo`.
enum class Objective : std::uint8_t { availability, latency };
inline constexpr std::size_t kObjectiveCount = 2;
std::string_view to_label(Objective objective);

// Why a result is no event of an objective; each enumerator is a value of the label `reason`.
// `fault`: by its outcome or its fault it says nothing about what is promised. `egress`: a result
// of the network or the edge while every control of this exporter failed.
enum class Exclusion : std::uint8_t { fault, maintenance, egress };
inline constexpr std::size_t kExclusionCount = 3;
std::string_view to_label(Exclusion reason);

// The faults that may count against availability; our own never do.
inline constexpr std::array kCountableFaults = {Fault::platform, Fault::edge, Fault::network};

struct AvailabilityObjective {
  double ratio = 0;  // of the events that must be good: 0.999
  // The kCountableFaults that make an event bad. A failure by another fault is no event.
  std::array<bool, kCountableFaults.size()> counts{};
  bool operator==(const AvailabilityObjective&) const = default;
};

struct LatencyObjective {
  double ratio = 0;
  base::Nanoseconds threshold{};  // inclusive
  bool operator==(const LatencyObjective&) const = default;
};

struct Objectives {
  std::optional<AvailabilityObjective> availability;
  std::optional<LatencyObjective> latency;
  bool operator==(const Objectives&) const = default;
};

bool counts(const AvailabilityObjective& objective, Fault fault);

// Burn rates by which the rules alert, each with its long window (the same as in
// dashboards/prometheus/alerts.yml).
struct BurnLimit {
  double rate = 0;
  base::Nanoseconds window{};
};
inline constexpr std::array kBurnLimits = {
    BurnLimit{14.4, std::chrono::hours(1)}, BurnLimit{6, std::chrono::hours(6)},
    BurnLimit{3, std::chrono::hours(24)}, BurnLimit{1, std::chrono::hours(72)}};

// The burn rate where every event is bad: no rule with a limit as high can ever alert.
double burn_rate_max(double ratio);

// The objective from which on a limit is within reach; it has to be higher than that.
double ratio_to_reach(const BurnLimit& limit);

// The burn rate over one hour at which the fastest alert pages (the same as in
// dashboards/prometheus/alerts.yml), for an error budget of 30 days.
inline constexpr double kPagingBurnRate = 14.4;
inline constexpr base::Nanoseconds kPagingWindow = std::chrono::hours(1);

// The longest interval at which one bad event alone does not reach that rate. At a longer one the
// objective cannot be judged: a single lost probe looks like an outage.
base::Nanoseconds interval_to_judge(double ratio);

// The highest objective that can be judged at an interval; below 0 where none can.
double ratio_to_judge(base::Nanoseconds interval);

}  // namespace reinfer::model
