// A clock that moves only when told to. The simulation's ScriptedTransport advances it instead of
// waiting; stories step its wall half to play clock changes.
#pragma once

#include "base/check.h"
#include "base/clock.h"

namespace reinfer::tests {

class VirtualClock final : public base::Clock {
 public:
  // 2026-11-23T00:00:00Z, with a monotonic half that has nothing to do with it.
  VirtualClock()
      : now_{base::WallTime{std::chrono::seconds(1795392000)},
             base::MonoTime{std::chrono::hours(7)}} {}

  base::Instant now() const override { return now_; }

  void advance_to(base::MonoTime t) {
    base::check(t >= now_.mono, "virtual time does not run backwards");
    advance(t - now_.mono);
  }
  void advance(base::Nanoseconds d) {
    now_.mono += d;
    now_.wall += d;
  }
  // Somebody sets the wall clock.
  void step_wall(base::Nanoseconds d) { now_.wall += d; }

 private:
  base::Instant now_;
};

}  // namespace reinfer::tests
