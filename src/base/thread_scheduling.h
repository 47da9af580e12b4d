// The calling thread's place in the scheduler's queue. Called by each probe thread when it begins,
// by nobody else. It asks for no priority and needs no right: the thread gets the same share of the
// CPU as before, in shorter and earlier turns.
#pragma once

#include "base/clock.h"

namespace reinfer {

// The shortest turn that the kernel grants.
inline constexpr Nanoseconds kShortSlice = std::chrono::microseconds(100);

// Asks the scheduler for turns of kShortSlice, so that a thread that sleeps most of the time runs
// soon after it wakes although others keep the CPU busy (EEVDF's slice in sched_runtime:
// sched_setattr(2), Linux 6.12; before, the kernel ignores it). Nice value and policy stay as they
// are; a thread of a real-time policy is left alone. Threads and programs that it starts inherit
// it. Returns whether the kernel took it.
bool ask_for_short_slices();

}  // namespace reinfer
