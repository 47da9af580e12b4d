#include "base/clock.h"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <limits>

namespace reinfer::base {

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

Nanoseconds thread_cpu_time() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + Nanoseconds(time.tv_nsec);
}

ClockPair read_clocks() {
  // An uninterrupted reading takes a fraction of this.
  constexpr Nanoseconds kCloseEnough = std::chrono::microseconds(1);
  constexpr int kTries = 8;
  const auto read = [] {
    const MonoTime before = mono_now();
    const WallTime wall = wall_now();
    return ClockPair{before, wall, mono_now()};
  };
  ClockPair closest = read();
  for (int i = 1; i < kTries && closest.after - closest.before > kCloseEnough; ++i) {
    const ClockPair again = read();
    if (again.after - again.before < closest.after - closest.before) closest = again;
  }
  return closest;
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

}  // namespace reinfer::base
