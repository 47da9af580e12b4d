// Maps the kernel's time stamps, which are CLOCK_REALTIME, to the monotonic clock. Both clocks run
// at the same rate, NTP's slewing included, so their distance is constant until the wall clock is
// set or the machine sleeps. Each reading of both narrows the distance down; a reading that
// contradicts it is a step. One transport's KernelStamps owns it, on the probe thread. Pure: it
// reads no clock.
#pragma once

#include <cstdint>

#include "base/clock.h"

namespace reinfer::transport {

class ClockMap {
 public:
  explicit ClockMap(const base::ClockPair& reading);

  // To be called before the first stamped event can happen, and again after each stamp is taken. If
  // steps() is the same then, the stamp can be trusted.
  void take(const base::ClockPair& reading);

  // How often the wall clock was set.
  std::uint64_t steps() const { return steps_; }

  base::MonoTime to_mono(base::WallTime stamp) const;

 private:
  // The wall clock leads the monotonic clock by at least and by at most this.
  base::Nanoseconds lead_min_;
  base::Nanoseconds lead_max_;
  std::uint64_t steps_ = 0;
};

}  // namespace reinfer::transport
