// Time for the whole program. `Clock` is one of the two interfaces to the world (the other is
// Transport); all other code is passed an Instant. Production uses SystemClock, the simulation a
// VirtualClock. Any thread may call now(). Nothing here waits.
#pragma once

#include <chrono>
#include <optional>

namespace reinfer::base {

using Nanoseconds = std::chrono::nanoseconds;

// CLOCK_REALTIME: for display and wire formats only; it steps when it is set.
using WallTime = std::chrono::time_point<std::chrono::system_clock, Nanoseconds>;

// CLOCK_MONOTONIC: for arithmetic; it never steps.
using MonoTime = std::chrono::time_point<std::chrono::steady_clock, Nanoseconds>;

// One moment on both clocks. Compute with `mono`, display `wall`.
struct Instant {
  WallTime wall;
  MonoTime mono;
  bool operator==(const Instant&) const = default;
};

// Two readings give two answers: read it once for each decision and pass the Instant down.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Instant now() const override;
};

// The monotonic half of SystemClock, for adapters that take time stamps themselves.
MonoTime mono_now();

// CPU time used by the calling thread (CLOCK_THREAD_CPUTIME_ID).
Nanoseconds thread_cpu_time();

// Both clocks read as close together as possible: `wall` was read between the other two.
struct ClockPair {
  MonoTime before;
  WallTime wall;
  MonoTime after;
};
ClockPair read_clocks();

// Seconds in the form that Prometheus uses.
inline double to_seconds(Nanoseconds d) {
  return std::chrono::duration<double>(d).count();
}

// Seconds since the Unix epoch in the form that Prometheus uses.
inline double to_unix_seconds(WallTime t) {
  return to_seconds(t.time_since_epoch());
}

// Whole seconds since the Unix epoch as a WallTime; values beyond 64 bits of nanoseconds (a
// certificate of the year 9999) are clamped to about 290 years from the epoch.
WallTime from_unix_seconds(long long seconds);

// Nearest Nanoseconds of a number of seconds; values outside +-`limit`, NaN included, are clamped
// (a cast of a huge double to an integer is undefined behaviour).
Nanoseconds from_seconds(double seconds, Nanoseconds limit = std::chrono::hours(24 * 365));

}  // namespace reinfer::base
