// Kernel scheduling of the calling thread. Called by each probe thread when it begins, and by no
// other: all other work can wait.
#pragma once

#include "base/clock.h"

namespace reinfer::base {

// How a thread competes for the CPU. `fair`: it gets its share, soon after it wakes. `realtime`: it
// runs before every thread without a real-time priority.
enum class Scheduling { fair, realtime };

// The shortest time slice that the kernel grants.
inline constexpr Nanoseconds kShortSlice = std::chrono::microseconds(100);

// Requests time slices of kShortSlice, so that a thread that sleeps most of the time runs soon
// after it wakes even on a busy CPU (EEVDF's slice in sched_runtime: sched_setattr(2), Linux 6.12;
// earlier kernels ignore it). Needs no privilege: share of the CPU, nice value and policy stay
// unchanged; a thread with a real-time policy is not changed. Threads and programs that it starts
// inherit the slice. Returns whether the kernel accepted it.
bool ask_for_short_slices();

// Requests SCHED_FIFO with its lowest priority for this thread only: threads that it starts are
// ordinary ones, without the short slices. Needs an effective CAP_SYS_NICE or an RLIMIT_RTPRIO of 1
// (sched(7)). By default (sched_rt_runtime_us) the kernel reserves a part of each second for other
// threads. Returns 0, or the errno of a refusal, after which nothing has changed.
int ask_for_realtime();

}  // namespace reinfer::base
