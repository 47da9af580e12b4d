// The listening sockets: accepts clients and hands their sockets to the connection loop. It stops
// for a while when the process has no descriptors left. Lives on the loop's thread; it holds no
// connection and sets no limit on them.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/descriptor.h"
#include "base/epoll.h"
#include "http/listener.h"

namespace reinfer::http {

class Acceptor {
 public:
  // Tokens of events (base/epoll.h) below this one belong to listening sockets.
  static constexpr std::uint64_t kTokens = 1'000;

  struct Calls {
    std::function<void(base::Descriptor socket, std::string client)> welcome;
    std::function<void()> no_descriptors;  // closing a connection would give one back
  };

  // `epoll` outlives it.
  Acceptor(base::Epoll& epoll, Calls calls) : epoll_(epoll), calls_(std::move(calls)) {}

  void open(std::vector<Listener> listeners);
  // Takes the clients that wait at the socket with this token, but not more than 64 at once.
  void accept(std::uint64_t token);
  // After a pause for want of descriptors.
  void resume();
  void close();

 private:
  void watch(std::uint32_t events);

  base::Epoll& epoll_;
  const Calls calls_;
  std::vector<Listener> listeners_;
  bool paused_ = false;
};

}  // namespace reinfer::http
