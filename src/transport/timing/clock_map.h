// From the kernel's time stamps, which are CLOCK_REALTIME, to the monotonic clock. The two run at
// the same rate, NTP's slewing included, so their distance is constant until somebody sets the
// wall clock or the machine sleeps: each reading of both narrows the distance down, and one that
// contradicts it is a step. Pure; owned by one transport.
#pragma once

#include <cstdint>

#include "base/clock.h"

namespace reinfer::transport {

class ClockMap {
 public:
  explicit ClockMap(const base::ClockPair& reading);

  // To be called before the first event whose stamp is mapped can have happened, and again after
  // each stamp was taken: if no step was seen in between, the stamp may be trusted.
  void take(const base::ClockPair& reading);

  // How often the wall clock was set.
  std::uint64_t steps() const { return steps_; }

  base::MonoTime to_mono(base::WallTime stamp) const;

 private:
  // The wall clock's lead over the monotonic lies between the two.
  base::Nanoseconds lead_min_;
  base::Nanoseconds lead_max_;
  std::uint64_t steps_ = 0;
};

}  // namespace reinfer::transport
