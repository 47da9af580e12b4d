#include "app/interrupt.h"

#include <csignal>

#include "base/thread_name.h"

namespace reinfer::app {
namespace {

sigset_t awaited() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

}  // namespace

void Interrupt::start() {
  const sigset_t signals = awaited();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  thread_ = std::thread([this, signals]() noexcept {
    base::name_thread("signals");
    int signal = 0;
    sigwait(&signals, &signal);
    asked_ = true;
    transport_.wake();
  });
}

Interrupt::~Interrupt() {
  if (!thread_.joinable()) return;
  // Ends the waiting thread if no signal came; sent to that thread only.
  if (!asked_) pthread_kill(thread_.native_handle(), SIGINT);
  thread_.join();
}

}  // namespace reinfer::app
