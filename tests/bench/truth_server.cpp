// A server that knows the truth about its own latency. It answers every GET with a small reply,
// over HTTP and HTTPS, after holding it for a random but seeded time, and has the kernel stamp when
// each request arrived and each reply left. When told to stop (SIGTERM) it writes a line for each
// request. One thread; loopback only. What a client says it waited is measured against this.
//
//   truth_server CERTIFICATE KEY PORTS_FILE LOG_FILE SEED HOLD_MIN_US HOLD_MAX_US [everything]
//
// PORTS_FILE gets "PLAIN TLS" once it listens. LOG_FILE gets CSV with a head line; stamps are wall
// time in nanoseconds, 0 where there is none. With `everything` a packet capture of the same
// exchanges stands beside the sockets' own stamps, to check the one by the other.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <queue>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/check.h"
#include "base/clock.h"
#include "base/random.h"
#include "capture.h"
#include "truth_connection.h"

namespace reinfer::bench {
namespace {

struct Arguments {
  std::string certificate;
  std::string key;
  std::string ports_file;
  std::string log_file;
  std::uint64_t seed = 0;
  base::Nanoseconds hold_min{};
  base::Nanoseconds hold_max{};
  bool everything = false;
};

struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using TlsContext = std::unique_ptr<SSL_CTX, FreeContext>;

TlsContext make_tls(const Arguments& arguments) {
  TlsContext context(SSL_CTX_new(TLS_server_method()));
  base::check(
      context != nullptr &&
          SSL_CTX_use_certificate_chain_file(context.get(), arguments.certificate.c_str()) == 1 &&
          SSL_CTX_use_PrivateKey_file(context.get(), arguments.key.c_str(), SSL_FILETYPE_PEM) == 1,
      "the certificate and its key can be read");
  return context;
}

base::Descriptor listen_on_loopback(std::uint16_t& port) {
  base::Descriptor listener(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  base::check(bool(listener), "the kernel gives sockets");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  base::check(bind(listener.get(), generic, length) == 0 &&
                  listen(listener.get(), SOMAXCONN) == 0 &&
                  getsockname(listener.get(), generic, &length) == 0,
              "a port of loopback is free");
  stamp_arrivals(listener.get());
  port = ntohs(address.sin_port);
  return listener;
}

base::Descriptor stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return base::Descriptor(signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
}

class TruthServer {
 public:
  explicit TruthServer(Arguments arguments);
  void run();

 private:
  struct Held {
    base::MonoTime until;
    int connection;
    std::uint64_t serial;
    bool operator>(const Held& other) const { return until > other.until; }
  };
  struct Client {
    std::unique_ptr<TruthConnection> connection;
    std::uint64_t serial = 0;  // descriptors are used again
  };

  void watch(int descriptor, std::uint32_t events);
  void handle(int descriptor, std::uint32_t events);
  void accept_all(int listener, ssl_ctx_st* tls);
  void serve(int descriptor, std::uint32_t events);
  void hold(int descriptor, std::uint64_t serial);
  void answer_due();
  void collect(TruthConnection& connection);
  void write_log() const;

  const Arguments arguments_;
  base::Random random_;
  TlsContext tls_;
  std::uint16_t plain_port_ = 0;
  std::uint16_t tls_port_ = 0;
  base::Descriptor plain_listener_;
  base::Descriptor tls_listener_;
  Capture capture_;
  base::Descriptor stop_;
  base::Descriptor epoll_;
  std::unordered_map<int, Client> clients_;
  std::uint64_t serial_ = 0;
  std::priority_queue<Held, std::vector<Held>, std::greater<>> held_;
  struct Line {
    TruthRecord record;
    std::array<WallNanoseconds, 3> captured{};  // SYN, request, reply
  };
  std::vector<Line> lines_;
  bool stopped_ = false;
};

TruthServer::TruthServer(Arguments arguments)
    : arguments_(std::move(arguments)),
      random_(arguments_.seed),
      tls_(make_tls(arguments_)),
      plain_listener_(listen_on_loopback(plain_port_)),
      tls_listener_(listen_on_loopback(tls_port_)),
      capture_(plain_port_, tls_port_,
               arguments_.everything ? Capture::Wanted::everything : Capture::Wanted::syns),
      stop_(stop_signals()),
      epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  watch(plain_listener_.get(), EPOLLIN);
  watch(tls_listener_.get(), EPOLLIN);
  watch(stop_.get(), EPOLLIN);
  if (capture_.descriptor() >= 0) watch(capture_.descriptor(), EPOLLIN);
  lines_.reserve(1 << 16);
}

void TruthServer::watch(int descriptor, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = descriptor;
  base::check(epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, descriptor, &event) == 0,
              "epoll takes a descriptor");
}

void TruthServer::run() {
  std::ofstream(arguments_.ports_file + ".new") << plain_port_ << ' ' << tls_port_ << '\n';
  base::check(
      std::rename((arguments_.ports_file + ".new").c_str(), arguments_.ports_file.c_str()) == 0,
      "the ports can be told");
  std::array<epoll_event, 64> events;
  while (!stopped_) {
    timespec timeout{1, 0};
    if (!held_.empty()) {
      const base::Nanoseconds left =
          std::max(held_.top().until - base::mono_now(), base::Nanoseconds{0});
      timeout = {left.count() / 1'000'000'000, left.count() % 1'000'000'000};
    }
    const int count = epoll_pwait2(epoll_.get(), events.data(), static_cast<int>(events.size()),
                                   &timeout, nullptr);
    for (int i = 0; i < count; ++i)
      handle(events[static_cast<std::size_t>(i)].data.fd,
             events[static_cast<std::size_t>(i)].events);
    answer_due();
  }
  write_log();
}

void TruthServer::handle(int descriptor, std::uint32_t events) {
  if (descriptor == stop_.get())
    stopped_ = true;
  else if (descriptor == plain_listener_.get())
    accept_all(descriptor, nullptr);
  else if (descriptor == tls_listener_.get())
    accept_all(descriptor, tls_.get());
  else if (descriptor == capture_.descriptor())
    capture_.take_waiting();
  else
    serve(descriptor, events);
}

void TruthServer::accept_all(int listener, ssl_ctx_st* tls) {
  for (;;) {
    sockaddr_in peer{};
    socklen_t length = sizeof peer;
    base::Descriptor socket(accept4(listener, reinterpret_cast<sockaddr*>(&peer), &length,
                                    SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket) return;
    const int on = 1;
    setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    stamp_both_ways(socket.get());
    const int descriptor = socket.get();
    watch(descriptor, EPOLLIN);
    clients_[descriptor] = {
        std::make_unique<TruthConnection>(std::move(socket), ntohs(peer.sin_port), tls), ++serial_};
  }
}

void TruthServer::serve(int descriptor, std::uint32_t events) {
  const auto found = clients_.find(descriptor);
  if (found == clients_.end()) return;
  collect(*found->second.connection);
  if ((events & (EPOLLIN | EPOLLHUP)) == 0) return;
  switch (found->second.connection->on_readable()) {
    case TruthConnection::State::waiting:
      return;
    case TruthConnection::State::asked:
      return hold(descriptor, found->second.serial);
    case TruthConnection::State::over:
      clients_.erase(found);
  }
}

void TruthServer::hold(int descriptor, std::uint64_t serial) {
  const base::Nanoseconds range = arguments_.hold_max - arguments_.hold_min;
  const auto extra =
      static_cast<std::int64_t>(random_.next_unit() * static_cast<double>(range.count()));
  held_.push(
      {base::mono_now() + arguments_.hold_min + base::Nanoseconds(extra), descriptor, serial});
}

void TruthServer::answer_due() {
  while (!held_.empty() && held_.top().until <= base::mono_now()) {
    const Held held = held_.top();
    held_.pop();
    const auto found = clients_.find(held.connection);
    if (found == clients_.end() || found->second.serial != held.serial) continue;
    if (found->second.connection->answer() == TruthConnection::State::over)
      clients_.erase(found);
    else
      collect(*found->second.connection);
  }
}

void TruthServer::collect(TruthConnection& connection) {
  const auto record = connection.take_finished();
  if (!record) return;
  capture_.take_waiting();
  const std::uint16_t port = record->client_port;
  lines_.push_back({*record,
                    {capture_.syn_of(port).value_or(0),
                     capture_.request_byte(port, record->request_end - 1).value_or(0),
                     capture_.reply_byte(port, record->reply_end - 1).value_or(0)}});
}

void TruthServer::write_log() const {
  std::ofstream out(arguments_.log_file);
  out << "id,scheme,number,arrival,departure,syn,captured_request,captured_reply\n";
  for (const Line& line : lines_)
    out << fmt::format("{},{},{},{},{},{},{},{}\n", line.record.id,
                       line.record.tls ? "tls" : "plain", line.record.number,
                       line.record.arrival.value_or(0), line.record.departure.value_or(0),
                       line.captured[0], line.captured[1], line.captured[2]);
}

std::optional<Arguments> parse(std::span<char*> words) {
  if (words.size() != 8 && words.size() != 9) return std::nullopt;
  const auto microseconds = [&](std::size_t i) {
    return base::Nanoseconds(std::chrono::microseconds(std::strtoll(words[i], nullptr, 10)));
  };
  return Arguments{words[1],
                   words[2],
                   words[3],
                   words[4],
                   std::strtoull(words[5], nullptr, 10),
                   microseconds(6),
                   microseconds(7),
                   words.size() == 9};
}

}  // namespace
}  // namespace reinfer::bench

int main(int argc, char** argv) {
  const auto arguments =
      reinfer::bench::parse(std::span<char*>(argv, static_cast<std::size_t>(argc)));
  if (!arguments) {
    std::fputs(
        "truth_server CERTIFICATE KEY PORTS_FILE LOG_FILE SEED HOLD_MIN_US HOLD_MAX_US"
        " [everything]\n",
        stderr);
    return 2;
  }
  reinfer::bench::TruthServer(*arguments).run();
  return 0;
}
