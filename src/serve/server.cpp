#include "serve/server.h"

#include <fmt/format.h>
#include <httplib.h>
#include <sys/socket.h>

#include <atomic>
#include <charconv>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "base/gzip.h"
#include "expose/metrics.h"
#include "expose/status_text.h"

namespace reinfer {
namespace {

constexpr std::size_t kWorkers = 8;
// An idle kept-alive connection pins a worker, and stop() waits for it.
constexpr time_t kKeepAliveSeconds = 1;
constexpr time_t kClientSecondsMax = 5;
constexpr std::size_t kCompressedBytesMin = 1024;
constexpr std::size_t kRequestBytesMax = 64 * 1024;

// httplib's default adds SO_REUSEPORT, which lets two exporters share a port in silence.
void set_socket_options(socket_t socket) {
  const int yes = 1;
  setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
}

}  // namespace

tl::expected<ListenAddress, std::string> parse_listen_address(const std::string& text) {
  const auto wrong = [&] {
    return tl::unexpected(fmt::format(
        "{} is not an address to listen on (allowed: HOST:PORT, :PORT or [IPV6]:PORT)", text));
  };
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) return wrong();
  std::string host = text.substr(0, colon);
  const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (!bracketed && host.find(':') != std::string::npos) return wrong();
  int port = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, port);
  if (error != std::errc{} || stop != end || port < 0 || port > 65535) return wrong();
  return ListenAddress{host, port};
}

class Server::Impl {
 public:
  Impl(ServerOptions options, const Ledger& ledger, const Clock& clock, const Log& log)
      : options_(std::move(options)), ledger_(ledger), clock_(clock), log_(log) {
    facts_.scrape_duration = Histogram(scrape_duration_edges());
    facts_.http_requests[{options_.telemetry_path, 200}] = 0;
    http_.new_task_queue = [] { return new httplib::ThreadPool(kWorkers); };
    http_.set_socket_options(set_socket_options);
    http_.set_keep_alive_timeout(kKeepAliveSeconds);
    http_.set_read_timeout(kClientSecondsMax);
    http_.set_write_timeout(kClientSecondsMax);
    http_.set_payload_max_length(kRequestBytesMax);
    add_routes();
  }

  tl::expected<int, std::string> bind() {
    const ListenAddress& wanted = options_.address;
    // An empty host means every address: "::" takes IPv4 too, unless the kernel has no IPv6.
    const std::vector<std::string> hosts = wanted.host.empty()
                                               ? std::vector<std::string>{"::", "0.0.0.0"}
                                               : std::vector<std::string>{wanted.host};
    for (const std::string& host : hosts) {
      errno = 0;
      if (wanted.port == 0) {
        if (const int port = http_.bind_to_any_port(host); port > 0) return port;
      } else if (http_.bind_to_port(host, wanted.port)) {
        return wanted.port;
      }
    }
    const std::string why =
        errno != 0 ? std::error_code(errno, std::generic_category()).message() : "no such address";
    return tl::unexpected(fmt::format("cannot listen on {}:{}: {}", wanted.host, wanted.port, why));
  }

  void start() {
    thread_ = std::thread([this]() noexcept { http_.listen_after_bind(); });
    // stop() before it runs would be lost.
    while (!http_.is_running())
      std::this_thread::yield();
  }

  void set_ready() { ready_ = true; }

  void stop() {
    if (!thread_.joinable()) return;
    http_.stop();
    thread_.join();
  }

 private:
  void add_routes() {
    add("/", [this](const httplib::Request& request, httplib::Response& reply) {
      send(request, reply,
           render_status_text(ledger_.snapshot(clock_.now()), options_.telemetry_path),
           "text/plain; charset=utf-8");
    });
    add(options_.telemetry_path, [this](const httplib::Request& request, httplib::Response& reply) {
      serve_metrics(request, reply);
    });
    add("/-/healthy", [](const httplib::Request& request, httplib::Response& reply) {
      send(request, reply, "healthy\n", "text/plain");
    });
    add("/-/ready", [this](const httplib::Request& request, httplib::Response& reply) {
      if (!ready_) reply.status = 503;
      send(request, reply, ready_ ? "ready\n" : "not ready\n", "text/plain");
    });
    http_.set_error_handler([](const httplib::Request&, httplib::Response& reply) {
      if (reply.body.empty()) reply.set_content(fmt::format("{}\n", reply.status), "text/plain");
    });
    // Before the reply leaves, so that whoever has read it finds it counted.
    http_.set_post_routing_handler(
        [this](const httplib::Request& request, const httplib::Response& reply) {
          count(request, reply);
        });
  }

  template <typename Answer>
  void add(const std::string& path, Answer answer) {
    paths_.insert(path);
    // Routes are patterns; a path given on the command line is not one.
    std::string pattern;
    for (const char c : path) {
      if (std::string_view(".^$|()[]{}*+?\\").find(c) != std::string_view::npos) pattern += '\\';
      pattern += c;
    }
    http_.Get(pattern, [answer](const httplib::Request& request, httplib::Response& reply) {
      reply.set_header("Cache-Control", "no-store");
      reply.set_header("X-Content-Type-Options", "nosniff");
      answer(request, reply);
    });
  }

  // Left to itself, httplib compresses with brotli at its slowest: 100 ms for what gzip does in
  // one.
  static void send(const httplib::Request& request, httplib::Response& reply, std::string body,
                   const char* type) {
    const bool packed = body.size() >= kCompressedBytesMin &&
                        accepts_gzip(request.get_header_value("Accept-Encoding"));
    if (packed) {
      body = gzip(body, kGzipFast);
      reply.set_header("Content-Encoding", "gzip");
    }
    reply.set_header("Vary", "Accept-Encoding");
    const std::size_t length = body.size();
    reply.set_content_provider(
        length, type,
        [body = std::move(body)](std::size_t offset, std::size_t count, httplib::DataSink& sink) {
          return sink.write(body.data() + offset, count);
        });
  }

  void serve_metrics(const httplib::Request& request, httplib::Response& reply) {
    const MonoTime before = mono_now();
    const Snapshot snapshot = ledger_.snapshot(clock_.now());
    send(request, reply, render_metrics(snapshot, facts(), read_process_stats()), kTextFormat);
    const std::lock_guard lock(mutex_);
    facts_.scrape_duration.observe(to_seconds(mono_now() - before));
  }

  ServerFacts facts() {
    const std::lock_guard lock(mutex_);
    return facts_;
  }

  void count(const httplib::Request& request, const httplib::Response& reply) {
    const bool known = paths_.count(request.path) > 0;
    log_.debug("http request", {{"method", request.method},
                                {"path", request.path},
                                {"code", reply.status},
                                {"client", request.remote_addr}});
    const std::lock_guard lock(mutex_);
    ++facts_.http_requests[{known ? request.path : "other", reply.status}];
  }

  // Constant after construction.
  const ServerOptions options_;
  const Ledger& ledger_;
  const Clock& clock_;
  const Log& log_;
  std::set<std::string> paths_;

  httplib::Server http_;
  std::thread thread_;
  std::atomic<bool> ready_{false};

  // Guarded by mutex_.
  std::mutex mutex_;
  ServerFacts facts_;
};

Server::Server(ServerOptions options, const Ledger& ledger, const Clock& clock, const Log& log)
    : impl_(std::make_unique<Impl>(std::move(options), ledger, clock, log)) {}
Server::~Server() {
  stop();
}

tl::expected<int, std::string> Server::bind() {
  return impl_->bind();
}
void Server::start() {
  impl_->start();
}
void Server::set_ready() {
  impl_->set_ready();
}
void Server::stop() {
  impl_->stop();
}

}  // namespace reinfer
