// An epoll instance with an eventfd to end its wait. CurlTransport's loop and the HTTP connection
// loop wait with it, each on its own thread; only wake() may be called from others. It does not own
// the sockets that it watches and does not know what they are for: each has a token, chosen by its
// caller, which comes back with every event. epoll(7).
#pragma once

#include <sys/epoll.h>

#include <cstdint>
#include <optional>
#include <span>

#include "base/clock.h"
#include "base/descriptor.h"

namespace reinfer::base {

class Epoll {
 public:
  // The token of wake()'s own event (epoll_event::data.u64). Callers use smaller ones.
  static constexpr std::uint64_t kWakeToken = ~std::uint64_t{0};

  // A process without free descriptors fails a check.
  Epoll();

  // Watches a socket for `events` (EPOLLIN, EPOLLOUT; 0 for errors alone) or changes what is
  // watched. Each falls back to the other, because the kernel forgets a socket that is closed and
  // gives its number again. False if the kernel has no room for one more
  // (/proc/sys/fs/epoll/max_user_watches), or if the socket is closed.
  [[nodiscard]] bool add(int socket, std::uint32_t events, std::uint64_t token);
  [[nodiscard]] bool modify(int socket, std::uint32_t events, std::uint64_t token);
  // The socket may be closed, or was never watched.
  void remove(int socket);

  // Waits for at most `timeout` (nullopt: without limit; negative: not at all) and returns how many
  // elements of `ready` the kernel filled in. -1 if a signal arrived or the process was stopped.
  int wait(std::span<epoll_event> ready, std::optional<Nanoseconds> timeout);

  // From any thread, async-signal-safe: the current wait, or else the next one, ends at once with
  // an event of kWakeToken, and so does every later one until take_wake(), which returns whether
  // wake() was called since the last time.
  void wake();
  bool take_wake();

 private:
  bool control(int operation, int socket, std::uint32_t events, std::uint64_t token);

  const Descriptor epoll_;
  const Descriptor wake_;
  bool milliseconds_only_ = false;  // the kernel lacks epoll_pwait2
};

}  // namespace reinfer::base
