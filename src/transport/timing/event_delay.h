// How late the event loop is: for how long an event may have been ready before the loop handles it,
// because the loop was busy or its thread got no CPU. Used by CurlTransport's loop on the probe
// thread. EventDelay is pure; RunQueueDelay asks the kernel. Neither knows exchanges.
#pragma once

#include <optional>

#include "base/clock.h"

namespace reinfer::transport {

// The total time in which the calling thread was ready to run and had no CPU, because the host was
// busy or the cgroup had used its CPU quota (the second figure of schedstat,
// docs.kernel.org/scheduler/sched-stats.html). Always asked by the same thread.
class RunQueueDelay {
 public:
  RunQueueDelay() = default;
  ~RunQueueDelay();
  RunQueueDelay(const RunQueueDelay&) = delete;
  RunQueueDelay& operator=(const RunQueueDelay&) = delete;

  // nullopt if the kernel does not count it.
  std::optional<base::Nanoseconds> read();

 private:
  int file_ = -1;
  bool opened_ = false;
};

class EventDelay {
 public:
  explicit EventDelay(base::MonoTime now) : waiting_(now), returned_(now), returned_before_(now) {}

  // The first exchange begins; up to now there was nothing to be late for.
  void work_begins(base::MonoTime now, std::optional<base::Nanoseconds> thread_delay);
  // Whether the iteration that ends now was so long that a stop of the thread in it matters.
  bool is_long_iteration(base::MonoTime now) const;
  // The loop is about to wait. `thread_delay`: RunQueueDelay as read now, or nullopt.
  void before_wait(base::MonoTime now, std::optional<base::Nanoseconds> thread_delay);
  // The wait is over. `found`: whether an event was ready when it began, nullopt if not known.
  void after_wait(base::MonoTime now, std::optional<base::Nanoseconds> thread_delay,
                  std::optional<bool> found);
  // Some events that were ready are left for the next iteration.
  void left_some() { left_some_ = true; }

  // The longest time for which an event that is handled now may have been ready.
  base::Nanoseconds at(base::MonoTime now) const;

 private:
  // The longest time for which an event may have been ready when the last wait returned.
  base::Nanoseconds before_return() const;
  base::Nanoseconds since_last_reading(std::optional<base::Nanoseconds> thread_delay);

  base::MonoTime waiting_;
  base::MonoTime returned_;
  base::MonoTime returned_before_;
  std::optional<base::Nanoseconds> last_reading_;
  base::Nanoseconds woken_late_{0};
  bool slept_ = false;
  bool left_some_ = false;
  // For how long the events that were left had been ready when the wait before the last returned.
  base::Nanoseconds left_for_{0};
};

}  // namespace reinfer::transport
