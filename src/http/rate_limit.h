// How often something may happen: a bucket of tokens that fills at a steady rate. Used by routes
// that cost more than a snapshot. Any thread; it never waits.
#pragma once

#include <mutex>
#include <optional>

#include "base/clock.h"

namespace reinfer::http {

class RateLimit {
 public:
  // At most `per_minute` at once, and on average. REQUIRES: per_minute > 0.
  explicit RateLimit(double per_minute) : per_minute_(per_minute), tokens_(per_minute) {}

  // Takes one; or how long to wait until there is one again.
  std::optional<base::Nanoseconds> take(base::MonoTime now);

 private:
  const double per_minute_;

  // Guarded by mutex_.
  std::mutex mutex_;
  double tokens_;
  std::optional<base::MonoTime> filled_;
};

}  // namespace reinfer::http
