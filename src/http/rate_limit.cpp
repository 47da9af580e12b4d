#include "http/rate_limit.h"

#include <algorithm>

namespace reinfer {

std::optional<Nanoseconds> RateLimit::take(MonoTime now) {
  const std::lock_guard lock(mutex_);
  if (filled_)
    tokens_ = std::min(per_minute_, tokens_ + to_seconds(now - *filled_) * per_minute_ / 60);
  filled_ = now;
  if (tokens_ < 1) return from_seconds((1 - tokens_) * 60 / per_minute_);
  tokens_ -= 1;
  return std::nullopt;
}

}  // namespace reinfer
