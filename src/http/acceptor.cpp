#include "http/acceptor.h"

#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "base/check.h"

namespace reinfer::http {
namespace {

constexpr int kAcceptedAtOnceMax = 64;

}  // namespace

void Acceptor::watch(std::uint32_t events) {
  for (std::size_t i = 0; i < listeners_.size(); ++i)
    base::check(epoll_.add(listeners_[i].socket.get(), events, i),
                "the kernel watches the listening sockets");
}

void Acceptor::open(std::vector<Listener> listeners) {
  base::check(listeners.size() < kTokens, "there are fewer listening sockets than tokens");
  listeners_ = std::move(listeners);
  watch(EPOLLIN);
}

void Acceptor::accept(std::uint64_t token) {
  if (token >= listeners_.size()) return;
  const int listener = listeners_[token].socket.get();
  for (int i = 0; i < kAcceptedAtOnceMax && !paused_; ++i) {
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    base::Descriptor socket(accept4(listener, reinterpret_cast<sockaddr*>(&address), &length,
                                    SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket) {
      calls_.welcome(std::move(socket), format_address(&address, false));
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      calls_.no_descriptors();
      // Otherwise the socket stays readable, and the loop does nothing but try again.
      paused_ = true;
      watch(0);
    } else if (errno != ECONNABORTED && errno != EINTR) {
      return;
    }
  }
}

void Acceptor::resume() {
  if (std::exchange(paused_, false)) watch(EPOLLIN);
}

void Acceptor::close() {
  listeners_.clear();
}

}  // namespace reinfer::http
