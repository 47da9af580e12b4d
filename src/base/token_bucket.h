// How often something may happen: a bucket of tokens that fills at a steady rate. Used for the
// rates of HTTP requests and of probes on demand. One thread at a time: an
// owner with several threads guards it. It never waits and never reads a clock.
#pragma once

#include <optional>

#include "base/clock.h"

namespace reinfer::base {

class TokenBucket {
 public:
  // Full at first. `capacity`: tokens that it holds, so the largest burst; `interval`: the time in
  // which one token is added. REQUIRES: capacity >= 1, interval > 0.
  TokenBucket(double capacity, Nanoseconds interval);

  // Takes one token; or, without taking any, the time until there is one.
  std::optional<Nanoseconds> take(MonoTime now);

 private:
  double capacity_;
  Nanoseconds interval_;
  double tokens_;
  std::optional<MonoTime> filled_at_;
};

}  // namespace reinfer::base
