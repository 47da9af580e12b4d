// A clock that moves when somebody reads it, as a real one does, and when it is told to. The
// simulation's ScriptedTransport advances it instead of waiting; stories step its wall half to play
// clock changes. Each reading takes a seeded random time: code that reads the clock twice for one
// decision gets two answers, and a story can find out.
#pragma once

#include <cstdint>

#include "base/check.h"
#include "base/clock.h"
#include "base/random.h"

namespace reinfer::tests {

// The seed of everything random in a simulation: SIM_SEED of the environment, else 1. A failed test
// prints it.
std::uint64_t sim_seed();
// Another seed until the test ends.
void set_sim_seed(std::uint64_t seed);

// Readings differ from the real time of an event by less than this, a few preemptions included.
inline constexpr base::Nanoseconds kReadingSlack = std::chrono::milliseconds(100);

class VirtualClock final : public base::Clock {
 public:
  // 2026-11-23T00:00:00Z, with a monotonic half that has nothing to do with it.
  explicit VirtualClock(std::uint64_t seed = sim_seed())
      : now_{base::WallTime{std::chrono::seconds(1795392000)},
             base::MonoTime{std::chrono::hours(7)}},
        random_(seed) {}

  // Moves on by 1 to 10 us, and in one of 16 readings by up to 20 ms, as if the thread had been
  // preempted.
  base::Instant now() const override {
    const auto below = [this](std::uint64_t limit) {
      return std::chrono::microseconds(random_.next() % limit);
    };
    move(std::chrono::microseconds(1) + below(10));
    if (random_.next() % 16 == 0) move(below(20000));
    return now_;
  }

  // The time of the last reading; for the tests, which are not part of the world.
  base::Instant peek() const { return now_; }

  void advance_to(base::MonoTime t) {
    base::check(t >= now_.mono, "virtual time does not run backwards");
    advance(t - now_.mono);
  }
  void advance(base::Nanoseconds d) { move(d); }
  // Somebody sets the wall clock.
  void step_wall(base::Nanoseconds d) { now_.wall += d; }

 private:
  void move(base::Nanoseconds d) const {
    now_.mono += d;
    now_.wall += d;
  }

  // Reading the clock takes time.
  mutable base::Instant now_;
  mutable base::Random random_;
};

}  // namespace reinfer::tests
