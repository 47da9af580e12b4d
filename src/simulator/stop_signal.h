// Asks every thread of the simulator to stop. It is a file descriptor, so that one poll() waits for
// a socket and for the stop. Owned by Simulator; any thread may raise and read it.
#pragma once

#include <atomic>

#include "base/descriptor.h"

namespace reinfer::simulator {

// Once raised it stays raised, and its descriptor stays readable for every waiter.
class StopSignal {
 public:
  StopSignal();
  void raise();
  bool raised() const { return raised_.load(std::memory_order_acquire); }
  int fd() const { return event_.get(); }

 private:
  base::Descriptor event_;
  std::atomic<bool> raised_{false};
};

}  // namespace reinfer::simulator
