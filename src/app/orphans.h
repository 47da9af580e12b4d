// Reaps processes whose parent has ended and which the kernel has given to this process, because it
// is the first of its container (PID 1) or a subreaper: what a token command has left running. Used
// by the main thread of `serve`. It leaves alone the children that this process has started itself.
#pragma once

#include <sys/types.h>

#include <map>

#include "base/clock.h"

namespace reinfer::app {

// A token command is waited for, or killed, within a third of this time: an ended child that is
// still there after it has nobody else who waits for it.
inline constexpr base::Nanoseconds kOrphanAge = std::chrono::seconds(30);

// Whether the kernel gives orphans to this process.
bool gets_orphans();

class OrphanReaper {
 public:
  // Looks at the children of this process, and reaps those that have ended and were seen as ended
  // kOrphanAge ago or earlier. Never waits. Returns how many were reaped.
  std::size_t look(base::MonoTime now);

 private:
  std::map<pid_t, base::MonoTime> ended_;  // and when each was first seen so
};

}  // namespace reinfer::app
