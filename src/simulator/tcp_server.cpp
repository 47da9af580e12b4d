#include "simulator/tcp_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <system_error>

namespace reinfer::simulator {
namespace {

constexpr std::size_t kConnectionsMax = 512;
constexpr int kBacklog = 512;

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

SocketAddress to_socket_address(const Address& address) {
  SocketAddress result;
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  if (inet_pton(AF_INET, address.host.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(address.port);
    std::memcpy(&result.storage, &v4, sizeof v4);
    result.size = sizeof v4;
  } else if (inet_pton(AF_INET6, address.host.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(address.port);
    std::memcpy(&result.storage, &v6, sizeof v6);
    result.size = sizeof v6;
  }
  return result;
}

std::uint16_t bound_port(int fd) {
  SocketAddress bound;
  bound.size = sizeof bound.storage;
  if (getsockname(fd, bound.get(), &bound.size) != 0) return 0;
  // The port stands at the same place in sockaddr_in and sockaddr_in6.
  sockaddr_in v4{};
  std::memcpy(&v4, &bound.storage, sizeof v4);
  return ntohs(v4.sin_port);
}

// Signals belong to the program's main thread. Those a thread raises by its own mistake stay open.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    for (const int own : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT})
      sigdelset(&all, own);
    pthread_sigmask(SIG_BLOCK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

}  // namespace

Server::Server(Serve serve, StopSignal& stop, const base::Log& log)
    : serve_(std::move(serve)), stop_(stop), log_(log) {}

Server::~Server() {
  stop();
}

std::optional<Problem> Server::open(PortKind kind, const Address& address) {
  SocketAddress to = to_socket_address(address);
  base::Descriptor socket(
      ::socket(to.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int one = 1;
  setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (!socket || bind(socket.get(), to.get(), to.size) != 0 || listen(socket.get(), kBacklog) != 0)
    return Problem{fmt::format("cannot listen on {} port {}: {}", address.host, address.port,
                               std::generic_category().message(errno))};
  const std::uint16_t port = bound_port(socket.get());
  listeners_.push_back({std::move(socket), kind, port});
  return std::nullopt;
}

void Server::start() {
  const SignalsBlocked blocked;
  acceptor_ = std::thread([this]() noexcept { accept_until_stopped(); });
}

void Server::stop() {
  if (!acceptor_.joinable()) return;
  stop_.raise();
  acceptor_.join();
  listeners_.clear();
}

std::uint16_t Server::port(PortKind kind) const {
  for (const Listener& listener : listeners_)
    if (listener.kind == kind) return listener.port;
  return 0;
}

void Server::accept_until_stopped() {
  std::vector<pollfd> polled = {{stop_.fd(), POLLIN, 0}};
  for (const Listener& listener : listeners_)
    polled.push_back({listener.socket.get(), POLLIN, 0});
  while (!stop_.raised()) {
    if (poll(polled.data(), polled.size(), -1) < 0) continue;
    reap();
    for (std::size_t i = 0; i < listeners_.size(); ++i)
      if (polled[i + 1].revents != 0) accept_one(listeners_[i]);
  }
  for (Worker& worker : workers_)
    worker.thread.join();
  workers_.clear();
}

void Server::accept_one(const Listener& listener) {
  base::Descriptor socket(
      accept4(listener.socket.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!socket) return;
  if (workers_.size() >= kConnectionsMax) {
    log_.warn("connection refused", {{"reason", "too many"}, {"most", kConnectionsMax}});
    return;
  }
  const int one = 1;
  setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  Worker& worker = workers_.emplace_back();
  worker.thread = std::thread(
      [this, &worker, kind = listener.kind, connection = std::move(socket)]() mutable noexcept {
        // The kernel rounds waits up by 50 us by default, which would show in the latency.
        prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
        serve_(std::move(connection), kind);
        worker.done.store(true, std::memory_order_release);
      });
}

void Server::reap() {
  for (auto worker = workers_.begin(); worker != workers_.end();) {
    if (!worker->done.load(std::memory_order_acquire)) {
      ++worker;
      continue;
    }
    worker->thread.join();
    worker = workers_.erase(worker);
  }
}

}  // namespace reinfer::simulator
