// How long to let the kernel wait at a time, so that the loop wakes when a slot is due and not
// some milliseconds after. Used by CurlTransport's loop. Pure.
#pragma once

#include "base/clock.h"

namespace reinfer::transport {

// Of a wait that is `left`, what to wait for first. The kernel lets epoll_pwait2(2) end late by a
// thousandth of the time, for a thread with a nice value by a two-hundredth (fs/select.c,
// select_estimate_accuracy): 30 ms after half a minute. So a long wait ends early, and a short one
// takes over.
constexpr base::Nanoseconds first_wait(base::Nanoseconds left) {
  constexpr base::Nanoseconds kShort = std::chrono::milliseconds(50);
  return left <= kShort ? left : left - left / 100;
}

}  // namespace reinfer::transport
