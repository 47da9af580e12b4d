// Writes whole lines to a descriptor whose reader may be slow, stop or leave: a pipe, a terminal, a
// socket or a file. Used by log.cpp, on the thread that writes the log. It waits for the reader in
// poll(2) and never inside write(2), so the wait can be ended from outside. It keeps no line and
// formats none.
#pragma once

#include <atomic>
#include <functional>
#include <string_view>

#include "base/clock.h"
#include "base/descriptor.h"

namespace reinfer::base {

class LogOutput {
 public:
  // `descriptor` stays the caller's. A process without free descriptors fails a check.
  explicit LogOutput(int descriptor);

  // Returns once the line is written, or false if it is not, or not whole: the reader is gone, or
  // the time given to hurry() is over. `waiting` is called about once a second while the reader is
  // behind.
  bool write(std::string_view line, const std::function<void()>& waiting);

  // From now on nothing waits for the reader after `deadline`, not even a write() in progress. Any
  // thread, once.
  void hurry(MonoTime deadline);

 private:
  bool wait_for_room(const std::function<void()>& waiting) const;

  const int descriptor_;
  const Descriptor hurried_;  // an eventfd, readable after hurry()
  std::atomic<MonoTime> deadline_{MonoTime::max()};
};

}  // namespace reinfer::base
