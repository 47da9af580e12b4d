// Turns Ctrl-C and SIGTERM into a flag that a loop can query instead of the end of the program, for
// a command with something to print before it ends. Made on the main thread before any other runs;
// asked() may be called by any thread.
#pragma once

#include <atomic>
#include <thread>

#include "transport/transport.h"

namespace reinfer::app {

class Interrupt {
 public:
  // A signal wakes `transport`, which outlives this object.
  explicit Interrupt(transport::Transport& transport) : transport_(transport) {}
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  // From here on the signals set the flag. Before, they end the program.
  void start();
  bool asked() const { return asked_; }

 private:
  transport::Transport& transport_;
  std::atomic<bool> asked_{false};
  std::thread thread_;
};

}  // namespace reinfer::app
