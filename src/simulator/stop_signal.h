// The two things every thread of the simulator waits on: a file descriptor that closes itself, and
// the stop signal, which is a descriptor too so that one poll() can wait for both. A Descriptor has
// one owner; a StopSignal may be raised and read by any thread.
#pragma once

#include <atomic>
#include <utility>

namespace reinfer::simulator {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }

  int get() const { return fd_; }
  bool open() const { return fd_ >= 0; }
  void close();

 private:
  int fd_ = -1;
};

// Once raised it stays raised, and its descriptor stays readable for every waiter.
class StopSignal {
 public:
  StopSignal();
  void raise();
  bool raised() const { return raised_.load(std::memory_order_acquire); }
  int fd() const { return event_.get(); }

 private:
  Descriptor event_;
  std::atomic<bool> raised_{false};
};

}  // namespace reinfer::simulator
