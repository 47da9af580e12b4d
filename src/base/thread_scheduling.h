// The calling thread's place in the scheduler's queue. Called by each probe thread when it begins,
// by nobody else: whoever else has work can wait.
#pragma once

#include "base/clock.h"

namespace reinfer::base {

// How a thread comes by the CPU where others want it, too. `fair`: it gets its share, soon after it
// wakes. `realtime`: before every thread that is not of such a priority itself.
enum class Scheduling { fair, realtime };

// The shortest turn that the kernel grants.
inline constexpr Nanoseconds kShortSlice = std::chrono::microseconds(100);

// Asks the scheduler for turns of kShortSlice, so that a thread that sleeps most of the time runs
// soon after it wakes although others keep the CPU busy (EEVDF's slice in sched_runtime:
// sched_setattr(2), Linux 6.12; before, the kernel ignores it). It asks for no priority and needs
// no right: the share of the CPU, nice value and policy stay as they are; a thread of a real-time
// policy is left alone. Threads and programs that it starts inherit it. Returns whether the kernel
// took it.
bool ask_for_short_slices();

// Asks for SCHED_FIFO with the lowest priority of it, for this thread and none that it starts:
// those are ordinary threads, without the short turns. Needs an effective CAP_SYS_NICE or an
// RLIMIT_RTPRIO of 1 (sched(7)). Unless told otherwise (sched_rt_runtime_us), the kernel leaves a
// part of each second to others whatever such a thread does. Returns 0, or the errno with which the
// kernel refused: then nothing has changed.
int ask_for_realtime();

}  // namespace reinfer::base
