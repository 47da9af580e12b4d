// A file descriptor with one owner, closed with it. Sockets, epoll and eventfd instances of every
// room and of the simulator are held in one. Moved, never copied; belongs to one thread at a time.
// It neither opens descriptors nor reads from them.
#pragma once

#include <unistd.h>

#include <utility>

namespace reinfer::base {

class Descriptor {
 public:
  // -1, which system calls return when they fail, makes an empty one.
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
  explicit operator bool() const { return fd_ >= 0; }

  // For a library that closes it. Empty afterwards.
  int release() { return std::exchange(fd_, -1); }
  // Empty afterwards.
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  int fd_ = -1;
};

}  // namespace reinfer::base
