// How late the event loop is: how long an event may have waited before the loop got round to it,
// because the loop was busy or because its thread got no CPU. Used by CurlTransport's loop on the
// probe thread. EventDelay is pure; RunQueueDelay asks the kernel.
#pragma once

#include <optional>

#include "base/clock.h"

namespace reinfer::transport {

// How long the calling thread has been ready to run without a CPU, in all: busy hosts and the CPU
// limit of a cgroup alike (the second figure of
// schedstat: docs.kernel.org/scheduler/sched-stats.html). Always asked by the same thread.
class RunQueueDelay {
 public:
  RunQueueDelay() = default;
  ~RunQueueDelay();
  RunQueueDelay(const RunQueueDelay&) = delete;
  RunQueueDelay& operator=(const RunQueueDelay&) = delete;

  // nullopt where the kernel does not count it.
  std::optional<base::Nanoseconds> read();

 private:
  int file_ = -1;
  bool opened_ = false;
};

class EventDelay {
 public:
  explicit EventDelay(base::MonoTime now) : waiting_(now), returned_(now), returned_before_(now) {}

  // There was nothing to be late for, and now there is.
  void work_begins(base::MonoTime now, std::optional<base::Nanoseconds> thread_delay);
  // Whether the turn that ends now was so long that it matters if the thread was stopped in it.
  bool is_long_iteration(base::MonoTime now) const;
  // The loop is about to wait. `thread_delay` as read now, if it was worth it.
  void before_wait(base::MonoTime now, std::optional<base::Nanoseconds> thread_delay);
  // The wait is over. `found`: whether something was ready when it began, if somebody looked then.
  void after_wait(base::MonoTime now, std::optional<base::Nanoseconds> thread_delay,
                  std::optional<bool> found);
  // Of what was ready, some is left for after the next wait.
  void left_some() { left_some_ = true; }

  // What is handled now was ready at most so long ago.
  base::Nanoseconds at(base::MonoTime now) const;

 private:
  // For how long it may have been ready when the last wait returned.
  base::Nanoseconds before_return() const;
  base::Nanoseconds since_last_reading(std::optional<base::Nanoseconds> thread_delay);

  base::MonoTime waiting_;
  base::MonoTime returned_;
  base::MonoTime returned_before_;
  std::optional<base::Nanoseconds> last_reading_;
  base::Nanoseconds woken_late_{0};
  bool slept_ = false;
  bool left_some_ = false;
  base::Nanoseconds left_for_{
      0};  // when the wait before returned, what was left then had been ready
};

}  // namespace reinfer::transport
