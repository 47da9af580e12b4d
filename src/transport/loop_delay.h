// How late the event loop is: how long an event may have waited before the loop got round to it,
// because the loop was busy or because its thread got no CPU. Used by CurlTransport's loop on the
// probe thread. LoopDelay is pure; ThreadDelay asks the kernel.
#pragma once

#include <optional>

#include "base/clock.h"

namespace reinfer {

// What a thread has had of the CPU since it began.
struct ThreadTimes {
  Nanoseconds ran{0};
  Nanoseconds queued{0};  // ready to run, without a CPU: busy hosts and a cgroup's limit alike
};

// Asks for the calling thread's, always the same one.
class ThreadDelay {
 public:
  ThreadDelay() = default;
  ~ThreadDelay();
  ThreadDelay(const ThreadDelay&) = delete;
  ThreadDelay& operator=(const ThreadDelay&) = delete;

  // By schedstat (docs.kernel.org/scheduler/sched-stats.html): for a thread that has just woken,
  // because later `ran` lags by up to a tick. nullopt where the kernel does not count.
  std::optional<ThreadTimes> read_awoken();
  // At any time: `ran` by the thread's own clock, which goes by the same count.
  std::optional<ThreadTimes> read();

 private:
  int file_ = -1;
  bool opened_ = false;
};

class LoopDelay {
 public:
  explicit LoopDelay(MonoTime now) : waiting_(now), returned_(now), returned_before_(now) {}

  // Whether the turn that ends now was so long that it matters if the thread was stopped in it.
  bool is_long_turn(MonoTime now) const;
  // There was nothing to be late for, and now there is.
  void work_begins(MonoTime now, std::optional<ThreadTimes> thread);
  // The loop is about to wait. `thread`: if it was worth asking. Returns for how long the thread
  // was stopped since it returned from the last wait, as far as that is known: by others on the
  // CPU, by a signal, by the host.
  Nanoseconds before_wait(MonoTime now, std::optional<ThreadTimes> thread);
  // The wait is over. `found`: whether something was ready when it began, if somebody looked then.
  void after_wait(MonoTime now, std::optional<ThreadTimes> thread, std::optional<bool> found);
  // Of what was ready, some is left for after the next wait.
  void left_some() { left_some_ = true; }

  // What is handled now was ready at most so long ago.
  Nanoseconds at(MonoTime now) const;

 private:
  // For how long it may have been ready when the last wait returned.
  Nanoseconds before_return() const;

  MonoTime waiting_;
  MonoTime returned_;
  MonoTime returned_before_;
  std::optional<ThreadTimes> thread_;  // as last read
  Nanoseconds woken_late_{0};
  bool slept_ = false;
  bool left_some_ = false;
  Nanoseconds left_for_{0};  // when the wait before returned, what was left then had been ready
};

}  // namespace reinfer
