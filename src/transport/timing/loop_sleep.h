// Splits a long wait in two, so that the loop wakes when a slot is due and not some milliseconds
// later. Used by CurlTransport's loop on the probe thread. Pure: it does not wait itself.
#pragma once

#include <optional>

#include "base/clock.h"

namespace reinfer::transport {

// The first part of a wait that lasts `left`. The kernel may end epoll_pwait2(2) late by a
// thousandth of the time, or by a two-hundredth for a thread with a nice value (fs/select.c,
// select_estimate_accuracy): 30 ms after half a minute. So a long wait ends early, and a short one
// follows.
constexpr base::Nanoseconds first_wait(base::Nanoseconds left) {
  constexpr base::Nanoseconds kShort = std::chrono::milliseconds(50);
  return left <= kShort ? left : left - left / 100;
}

// The same until `next`; nullopt for MonoTime::max(), which never comes.
inline std::optional<base::Nanoseconds> time_to(base::MonoTime next, base::MonoTime now) {
  if (next == base::MonoTime::max()) return std::nullopt;
  return next <= now ? base::Nanoseconds{0} : first_wait(next - now);
}

}  // namespace reinfer::transport
