#include "serve/server.h"

#include <fmt/format.h>
#include <httplib.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <thread>

#include "base/gzip.h"
#include "base/text.h"

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

HttpRequest to_request(const httplib::Request& from) {
  HttpRequest request{from.method, from.path, {}, {}, {}, from.body, from.remote_addr};
  request.query.insert(from.params.begin(), from.params.end());
  for (const auto& [name, value] : from.headers)
    request.headers.push_back({name, value});
  return request;
}

// Left to itself, httplib compresses with brotli at its slowest: 100 ms for what gzip does in one.
void send(HttpReply from, const httplib::Request& request, httplib::Response& reply) {
  reply.status = from.status;
  for (const Header& header : from.headers)
    reply.set_header(header.name, header.value);
  const bool packed = from.body.size() >= kCompressedBytesMin &&
                      accepts_gzip(request.get_header_value("Accept-Encoding"));
  if (packed) {
    from.body = gzip(from.body, kGzipFast);
    reply.set_header("Content-Encoding", "gzip");
  }
  reply.set_header("Vary", "Accept-Encoding");
  const std::size_t length = from.body.size();
  reply.set_content_provider(length, from.type,
                             [body = std::move(from.body)](std::size_t offset, std::size_t count,
                                                           httplib::DataSink& sink) {
                               return sink.write(body.data() + offset, count);
                             });
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
  Impl(ServerOptions options, Routes routes, HttpStatistics& statistics, const Log& log)
      : options_(std::move(options)),
        routes_(std::move(routes)),
        statistics_(statistics),
        log_(log) {
    http_.new_task_queue = [] { return new httplib::ThreadPool(kWorkers); };
    http_.set_socket_options(set_socket_options);
    http_.set_keep_alive_timeout(kKeepAliveSeconds);
    http_.set_read_timeout(kClientSecondsMax);
    http_.set_write_timeout(kClientSecondsMax);
    http_.set_payload_max_length(kRequestBytesMax);
    const auto any = [this](const httplib::Request& request, httplib::Response& reply) {
      dispatch(request, reply);
    };
    http_.Get(".*", any);
    http_.Post(".*", any);
    http_.set_error_handler([](const httplib::Request&, httplib::Response& reply) {
      // A route's own words wait in the content provider, the body is still empty then.
      if (reply.body.empty() && reply.content_length_ == 0)
        reply.set_content(fmt::format("{}\n", reply.status), "text/plain");
    });
    // Before the reply leaves, so that whoever has read it finds it counted.
    http_.set_post_routing_handler(
        [this](const httplib::Request& request, const httplib::Response& reply) {
          count(request, reply);
        });
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

  void stop() {
    if (!thread_.joinable()) return;
    http_.stop();
    thread_.join();
  }

 private:
  void dispatch(const httplib::Request& from, httplib::Response& to) const {
    to.set_header("Cache-Control", "no-store");
    to.set_header("X-Content-Type-Options", "nosniff");
    HttpRequest request = to_request(from);
    // A HEAD is a GET of which the body is not sent.
    const std::string method = from.method == "HEAD" ? "GET" : from.method;
    std::vector<std::string> allowed;
    for (const Route& route : routes_) {
      auto place = match_path(route.pattern, request.path);
      if (!place) continue;
      if (route.method == method) {
        request.place = std::move(*place);
        return send(route.answer(request), from, to);
      }
      allowed.push_back(route.method);
    }
    to.status = allowed.empty() ? 404 : 405;
    if (!allowed.empty()) to.set_header("Allow", join(allowed, ", "));
  }

  void count(const httplib::Request& request, const httplib::Response& reply) {
    log_.debug("http request", {{"method", request.method},
                                {"path", request.path},
                                {"code", reply.status},
                                {"client", request.remote_addr}});
    const auto route = std::find_if(routes_.begin(), routes_.end(), [&](const Route& candidate) {
      return match_path(candidate.pattern, request.path).has_value();
    });
    statistics_.count_request(route == routes_.end() ? "other" : route->pattern, reply.status);
  }

  // Constant after construction.
  const ServerOptions options_;
  const Routes routes_;
  HttpStatistics& statistics_;
  const Log& log_;

  httplib::Server http_;
  std::thread thread_;
};

Server::Server(ServerOptions options, Routes routes, HttpStatistics& statistics, const Log& log)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(routes), statistics, log)) {}
Server::~Server() {
  stop();
}

tl::expected<int, std::string> Server::bind() {
  return impl_->bind();
}
void Server::start() {
  impl_->start();
}
void Server::stop() {
  impl_->stop();
}

}  // namespace reinfer
