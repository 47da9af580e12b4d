#include "http/server.h"

#include <sys/random.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <memory>
#include <thread>

#include "base/check.h"
#include "base/text.h"
#include "base/thread_name.h"
#include "http/connection_loop.h"
#include "http/password_worker.h"
#include "http/request_handler.h"
#include "http/socket_activation.h"
#include "http/web_files_watch.h"

namespace reinfer::http {
namespace {

constexpr std::size_t kWorkersMax = 16;
// Descriptors left to probing, files and libraries.
constexpr std::size_t kOtherDescriptors = 256;
constexpr std::size_t kConnectionsMin = 16;
// And at most half of all requests, or guessing would keep everybody out.
constexpr std::size_t kWaitingPasswordsMax = 32;

std::string random_salt() {
  std::array<char, 32> bytes{};
  base::check(getrandom(bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()),
              "the kernel gives random bytes");
  return {bytes.data(), bytes.size()};
}

// Clients must not take the descriptors that probes need.
ServerLimits within_descriptors(ServerLimits limits) {
  rlimit descriptors{};
  if (getrlimit(RLIMIT_NOFILE, &descriptors) != 0) return limits;
  const auto there = static_cast<std::size_t>(descriptors.rlim_cur);
  const std::size_t spare = there > kOtherDescriptors ? there - kOtherDescriptors : 0;
  limits.connections_max = std::min(limits.connections_max, std::max(spare, kConnectionsMin));
  return limits;
}

bool is_reachable_from_outside(const Listener& listener) {
  return listener.port != 0 && listener.address.rfind("127.", 0) != 0 &&
         listener.address.rfind("[::1]:", 0) != 0;
}

}  // namespace

class Server::Impl {
 public:
  Impl(ServerOptions options, Routes routes, ServerInstruments& instruments, const base::Log& log)
      : options_(std::move(options)),
        log_(log),
        access_(random_salt()),
        files_(options_.files, access_, instruments, log, options_.read_files),
        watch_(files_),
        handler_(std::move(routes), options_.route_prefix, access_, instruments, options_.limits,
                 log),
        passwords_(
            access_,
            std::clamp<std::size_t>(options_.limits.requests_max / 2, 1, kWaitingPasswordsMax),
            [this](std::unique_ptr<ClientExchange> exchange) { work(std::move(exchange)); }),
        loop_(within_descriptors(options_.limits), loop_calls(instruments), log) {
    // OpenSSL writes to sockets that clients have closed.
    std::signal(SIGPIPE, SIG_IGN);
  }

  tl::expected<int, std::string> bind() {
    if (const auto loaded = files_.load(); !loaded) {
      std::vector<std::string> lines;
      for (const base::Problem& problem : loaded.error())
        lines.push_back(base::to_string(problem));
      return tl::unexpected(base::join(lines, "\n"));
    }
    auto listeners =
        options_.socket_activation ? activated_listeners() : open_listeners(options_.addresses);
    if (!listeners) return tl::unexpected(listeners.error());
    const int port = listeners->empty() ? 0 : listeners->front().port;
    for (const Listener& listener : *listeners)
      addresses_.push_back(listener.address);
    if (files_.tls() == nullptr && !access_.challenges().empty() &&
        std::any_of(listeners->begin(), listeners->end(), is_reachable_from_outside))
      log_.warn("passwords and tokens travel in clear text: tls_server_config is missing");
    loop_.take(std::move(*listeners));
    return port;
  }

  const std::vector<std::string>& addresses() const { return addresses_; }

  void start() {
    workers_.start(std::clamp<std::size_t>(options_.limits.requests_max, 1, kWorkersMax),
                   "http-answers", 0);
    passwords_.start();
    if (options_.files.any()) watch_.start();
    thread_ = std::thread([this]() noexcept {
      base::name_thread("http");
      loop_.run();
    });
  }

  void stop() {
    watch_.request_stop();
    if (!thread_.joinable()) return;
    loop_.stop();
    // The workers answer until then.
    thread_.join();
    passwords_.stop();
    workers_.stop();
  }

 private:
  ConnectionLoopCallbacks loop_calls(ServerInstruments& instruments) {
    return {[this](std::unique_ptr<ClientExchange> exchange) { work(std::move(exchange)); },
            [&instruments](Rejection reason) { instruments.count_rejection(reason); },
            [&instruments](std::size_t count) { instruments.set_connections(count); },
            [this] { return files_.tls(); }};
  }

  // The exchange goes to a worker, and from there back to the loop, or first to the password
  // worker.
  void work(std::unique_ptr<ClientExchange> exchange) {
    workers_.post([this, exchange = std::move(exchange)]() mutable {
      if (auto question = handler_.work(*exchange)) {
        if (passwords_.ask(std::move(*question), exchange)) return;
        handler_.refuse_password(*exchange);
      }
      loop_.give_back(std::move(exchange));
    });
  }

  const ServerOptions options_;
  const base::Log& log_;
  std::vector<std::string> addresses_;  // constant after bind()

  // In the order in which they need each other; each header says which threads may use it.
  Access access_;
  WebFiles files_;
  WebFilesWatch watch_;
  RequestHandler handler_;
  ThreadPool workers_;
  PasswordWorker passwords_;
  ConnectionLoop loop_;
  std::thread thread_;
};

Server::Server(ServerOptions options, Routes routes, ServerInstruments& instruments,
               const base::Log& log)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(routes), instruments, log)) {}
Server::~Server() {
  stop();
}

tl::expected<int, std::string> Server::bind() {
  return impl_->bind();
}
const std::vector<std::string>& Server::addresses() const {
  return impl_->addresses();
}
void Server::start() {
  impl_->start();
}
void Server::stop() {
  impl_->stop();
}

}  // namespace reinfer::http
