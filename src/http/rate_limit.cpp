#include "http/rate_limit.h"

#include <algorithm>

namespace reinfer::http {

std::optional<base::Nanoseconds> RateLimit::take(base::MonoTime now) {
  const std::lock_guard lock(mutex_);
  if (filled_)
    tokens_ = std::min(per_minute_, tokens_ + base::to_seconds(now - *filled_) * per_minute_ / 60);
  filled_ = now;
  if (tokens_ < 1) return base::from_seconds((1 - tokens_) * 60 / per_minute_);
  tokens_ -= 1;
  return std::nullopt;
}

}  // namespace reinfer::http
