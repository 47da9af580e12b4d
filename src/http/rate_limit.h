// The rate at which routes that cost more than a snapshot may be asked: a token bucket shared by
// the worker threads. Used by /probe. Any thread; it never waits and counts nothing.
#pragma once

#include <optional>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/token_bucket.h"

namespace reinfer::http {

class RateLimit {
 public:
  // `per_minute`: requests at once, and requests a minute on average. REQUIRES: per_minute >= 1.
  explicit RateLimit(double per_minute)
      : bucket_(per_minute, base::from_seconds(60 / per_minute)) {}

  // Takes one request's token; or, without taking any, the time until there is one.
  std::optional<base::Nanoseconds> take(base::MonoTime now) {
    const base::MutexLock lock(mutex_);
    return bucket_.take(now);
  }

 private:
  base::Mutex mutex_;
  base::TokenBucket bucket_ REINFER_GUARDED_BY(mutex_);
};

}  // namespace reinfer::http
