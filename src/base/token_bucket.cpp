#include "base/token_bucket.h"

#include <algorithm>

#include "base/check.h"

namespace reinfer::base {

TokenBucket::TokenBucket(double capacity, Nanoseconds interval)
    : capacity_(capacity), interval_(interval), tokens_(capacity) {
  check(capacity >= 1 && interval > Nanoseconds::zero(), "a bucket holds a token and fills");
}

std::optional<Nanoseconds> TokenBucket::take(MonoTime now) {
  if (filled_at_ && now > *filled_at_)
    tokens_ = std::min(capacity_, tokens_ + to_seconds(now - *filled_at_) / to_seconds(interval_));
  // Threads may have read their clocks in another order than they come here.
  filled_at_ = filled_at_ ? std::max(*filled_at_, now) : now;
  if (tokens_ < 1) return from_seconds((1 - tokens_) * to_seconds(interval_));
  tokens_ -= 1;
  return std::nullopt;
}

}  // namespace reinfer::base
