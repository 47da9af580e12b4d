// Ctrl-C and SIGTERM as a question that a loop may ask, instead of the end of the program: for a
// command that has something to say before it goes. Made on the main thread before any other runs;
// asked() is for any thread.
#pragma once

#include <atomic>
#include <thread>

#include "transport/transport.h"

namespace reinfer::app {

class Interrupt {
 public:
  // `transport` is woken when a signal comes, and outlives it.
  explicit Interrupt(transport::Transport& transport) : transport_(transport) {}
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  // From here on the signals are taken. Before it, and without it, they end the program.
  void start();
  bool asked() const { return asked_; }

 private:
  transport::Transport& transport_;
  std::atomic<bool> asked_{false};
  std::thread thread_;
};

}  // namespace reinfer::app
