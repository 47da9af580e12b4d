#include "base/clock.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace reinfer {

MonoTime mono_now() {
  return std::chrono::time_point_cast<Nanoseconds>(std::chrono::steady_clock::now());
}

namespace {

WallTime wall_now() {
  return std::chrono::time_point_cast<Nanoseconds>(std::chrono::system_clock::now());
}

}  // namespace

Instant SystemClock::now() const {
  return {wall_now(), mono_now()};
}

ClockPair read_clocks() {
  const MonoTime before = mono_now();
  const WallTime wall = wall_now();
  return {before, wall, mono_now()};
}

WallTime from_unix_seconds(long long seconds) {
  constexpr long long kSecondsMax = std::numeric_limits<Nanoseconds::rep>::max() / 1'000'000'000;
  return WallTime{std::chrono::seconds(std::clamp(seconds, -kSecondsMax, kSecondsMax))};
}

Nanoseconds from_seconds(double seconds, Nanoseconds limit) {
  if (!(seconds < to_seconds(limit))) return limit;
  if (!(seconds > -to_seconds(limit))) return -limit;
  return Nanoseconds(std::llround(seconds * 1e9));
}

}  // namespace reinfer
