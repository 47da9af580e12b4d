#include "transport/timing/clock_map.h"

#include <algorithm>

namespace reinfer::transport {
namespace {

// A smaller difference comes from rounding or from an emulated clock.
constexpr base::Nanoseconds kStepMin = std::chrono::microseconds(10);

}  // namespace

ClockMap::ClockMap(const base::ClockPair& reading)
    : lead_min_(reading.wall.time_since_epoch() - reading.after.time_since_epoch()),
      lead_max_(reading.wall.time_since_epoch() - reading.before.time_since_epoch()) {}

void ClockMap::take(const base::ClockPair& reading) {
  const ClockMap seen(reading);
  const base::Nanoseconds low = std::max(lead_min_, seen.lead_min_);
  const base::Nanoseconds high = std::min(lead_max_, seen.lead_max_);
  const bool consistent = low <= high;
  if (!consistent && low - high > kStepMin) ++steps_;
  lead_min_ = consistent ? low : seen.lead_min_;
  lead_max_ = consistent ? high : seen.lead_max_;
}

base::MonoTime ClockMap::to_mono(base::WallTime stamp) const {
  return base::MonoTime{stamp.time_since_epoch() - (lead_min_ + (lead_max_ - lead_min_) / 2)};
}

}  // namespace reinfer::transport
