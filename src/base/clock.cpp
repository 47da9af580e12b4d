#include "base/clock.h"

#include <cmath>

namespace reinfer {

MonoTime mono_now() {
  return std::chrono::time_point_cast<Nanoseconds>(std::chrono::steady_clock::now());
}

Instant SystemClock::now() const {
  return {std::chrono::time_point_cast<Nanoseconds>(std::chrono::system_clock::now()), mono_now()};
}

Nanoseconds from_seconds(double seconds, Nanoseconds limit) {
  if (!(seconds < to_seconds(limit))) return limit;
  if (!(seconds > -to_seconds(limit))) return -limit;
  return Nanoseconds(std::llround(seconds * 1e9));
}

}  // namespace reinfer
