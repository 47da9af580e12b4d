// The kernel's list of sockets to wait for, with a way to end the wait from another thread. Owned
// by CurlTransport's loop; all but wake() on the probe thread. It does not own the sockets.
#pragma once

#include <sys/epoll.h>

#include <cstdint>
#include <optional>
#include <span>

#include "base/clock.h"

namespace reinfer::transport {

class Epoll {
 public:
  // Failing for want of descriptors is a failed check.
  Epoll();
  ~Epoll();
  Epoll(const Epoll&) = delete;
  Epoll& operator=(const Epoll&) = delete;

  // From now on waits for these `events` of the socket (EPOLLIN, EPOLLOUT); `known` if it waits for
  // some already.
  void watch(int socket, std::uint32_t events, bool known);
  // May be closed already.
  void forget(int socket);

  // How many of `ready` were filled in, at most so much later; nullopt: for ever. -1 if a signal
  // came, or the process was stopped, meanwhile.
  int wait(std::span<epoll_event> ready, std::optional<base::Nanoseconds> timeout);

  // From any thread: the wait, or else the next one, ends at once.
  void wake();
  // Whether the event is wake()'s, and if so, whether that is news.
  bool is_wake(const epoll_event& event) const { return event.data.fd == wake_; }
  bool take_wake();

 private:
  int epoll_;
  int wake_;
  bool coarse_ = false;
};

}  // namespace reinfer::transport
