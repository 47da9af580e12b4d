#include "http/request_handler.h"

#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <string_view>
#include <utility>

#include "base/gzip.h"
#include "base/http_date.h"
#include "base/text.h"
#include "http/error_reply.h"

namespace reinfer::http {
namespace {

constexpr std::size_t kCompressedBytesMin = 1024;

base::WallTime wall_now() {
  return base::SystemClock{}.now().wall;
}

// A HEAD is a GET without the body in its reply.
std::string route_method(const HttpRequest& request) {
  return request.method == "HEAD" ? "GET" : request.method;
}

std::string allow_field(const std::vector<std::string>& methods) {
  std::vector<std::string> allowed;
  for (const std::string& method : methods) {
    allowed.push_back(method);
    if (method == "GET") allowed.emplace_back("HEAD");
  }
  return base::join(allowed, ", ");
}

void set_default(HttpReply& reply, const std::string& name, const std::string& value) {
  const bool there = std::any_of(
      reply.headers.begin(), reply.headers.end(),
      [&](const model::Header& header) { return base::equals_ignoring_case(header.name, name); });
  if (!there) reply.headers.push_back({name, value});
}

// Without memory the reply ends before its end, which a client sees by the missing last chunk.
void append_next(ClientExchange& exchange, ServerInstruments& instruments) {
  try {
    if (!exchange.rest->append_next(exchange.bytes)) exchange.rest.reset();
  } catch (const std::bad_alloc&) {
    exchange.rest.reset();
    exchange.closes = true;
    instruments.count_rejection(Rejection::busy);
  }
}

// The path as the routes know it; none if it is outside of the prefix.
std::optional<std::string_view> path_of_route(std::string_view path, std::string_view prefix) {
  if (!path.starts_with(prefix)) return std::nullopt;
  path.remove_prefix(prefix.size());
  // Only whole segments: /reinfer is no prefix of /reinfers.
  if (!path.starts_with('/')) return std::nullopt;
  return path;
}

// Where people who do not know of the prefix come first.
bool leads_to_prefix(std::string_view path, std::string_view prefix) {
  return !prefix.empty() && (path == "/" || path == prefix);
}

// A reply whose body is its status, for clients without a better one.
HttpReply status_reply(int status) {
  return {status, kPlainText, fmt::format("{}\n", status), {}};
}

}  // namespace

// One request from its text to its reply; a worker's, and gone with it.
class RequestHandler::Answering final : private HttplibAnswerer {
 public:
  Answering(const RequestHandler& handler, ClientExchange& exchange)
      : handler_(handler), exchange_(exchange) {}

  std::optional<PasswordQuestion> run(HttplibAdapter& adapter) {
    WrittenReply written = adapter.process(exchange_.request.head, *this);
    if (question_) return std::move(question_);
    exchange_.bytes = std::move(written.bytes);
    exchange_.closes = written.closes;
    if (!written.source || is_head_) return std::nullopt;
    // Such a client takes the end of the connection for the end of the body.
    if (!chunked_) exchange_.closes = true;
    exchange_.rest =
        std::make_unique<StreamedBody>(std::move(body_begin_), std::move(written.source),
                                       StreamedBody::Framing{gzipped_, chunked_, piece_by_piece_});
    append_next(exchange_, handler_.instruments_);
    return std::nullopt;
  }

 private:
  HttpReply answer(const HttpRequest& request) override {
    try {
      return answer_to(request);
    } catch (const std::bad_alloc&) {
      gzipped_ = false;
      HttpReply reply = refuse(503);
      reply.headers.push_back({"Retry-After", "1"});
      handler_.instruments_.count_rejection(Rejection::busy);
      return reply;
    }
  }

  HttpReply refuse(int status) override {
    HttpReply reply = status_reply(status);
    count({}, nullptr, status);
    add_usual_headers(reply);
    return reply;
  }

  HttpReply answer_to(const HttpRequest& request) {
    HttpRequest placed = request;
    placed.body = exchange_.request.body;
    placed.client = exchange_.request.client;
    placed.left = exchange_.left.get_token();
    const Route* chosen = nullptr;
    const Route* counted = nullptr;
    std::vector<std::string> methods;
    const auto path = path_of_route(request.path, handler_.prefix_);
    for (const Route& route : handler_.routes_) {
      auto place = path ? match_path(route.pattern, *path) : std::nullopt;
      if (!place) continue;
      if (counted == nullptr) counted = &route;
      methods.push_back(route.method);
      if (route.method != route_method(request) || chosen != nullptr) continue;
      placed.place = std::move(*place);
      chosen = &route;
    }
    HttpReply reply = status_reply(404);
    // A client that is not let in does not learn which paths exist either.
    auto refusal = chosen != nullptr && chosen->access == RouteAccess::open ? std::nullopt
                                                                            : check_access(request);
    if (question_) return reply;
    if (refusal) {
      reply = std::move(*refusal);
    } else if (chosen != nullptr) {
      reply = chosen->answer(placed);
      encode(request, reply);
    } else if (!methods.empty()) {
      reply = status_reply(405);
      reply.headers.push_back({"Allow", allow_field(methods)});
    } else if (leads_to_prefix(request.path, handler_.prefix_)) {
      reply = status_reply(302);
      reply.headers.push_back({"Location", handler_.prefix_ + "/"});
    }
    count(request, counted, reply.status);
    add_usual_headers(reply);
    return reply;
  }

  // The reply to a client that may not have what it asks for; or none, or a question_.
  std::optional<HttpReply> check_access(const HttpRequest& request) {
    // The second time, once the password has been compared, it is still one request.
    if (!exchange_.password && !handler_.access_.within_rate(base::mono_now())) {
      handler_.instruments_.count_rejection(Rejection::rate_limit);
      return HttpReply{
          429, kPlainText, "429: more requests than rate_limit allows\n", {{"Retry-After", "1"}}};
    }
    AccessDecision decision =
        handler_.access_.judge(request.header("Authorization"), exchange_.password);
    if (decision.verdict == AccessVerdict::granted) return std::nullopt;
    question_ = std::move(decision.question);
    if (question_) return std::nullopt;
    handler_.instruments_.count_rejection(Rejection::unauthorized);
    HttpReply reply{401, kPlainText, "401: a user or token with access is needed\n", {}};
    // The page's own requests get a scheme that browsers do not know: with one that they know, each
    // of these requests would open a dialogue that asks for a password.
    const char* before = request.header("X-Requested-With") == "page" ? "x" : "";
    for (const std::string& challenge : handler_.access_.challenges())
      reply.headers.push_back({"WWW-Authenticate", before + challenge});
    return reply;
  }

  // Compresses the body, or prepares for that to happen while it is made.
  void encode(const HttpRequest& request, HttpReply& reply) {
    is_head_ = request.method == "HEAD";
    chunked_ = request.version != "HTTP/1.0";
    // The first piece is often all of it, and then has a length.
    if (reply.source) {
      reply.body = reply.source->next();
      if (reply.source->done()) reply.source.reset();
    }
    piece_by_piece_ = reply.piece_by_piece;
    gzipped_ = (reply.source || reply.body.size() >= kCompressedBytesMin) &&
               base::accepts_gzip(request.header("Accept-Encoding").value_or(""));
    reply.headers.push_back({"Vary", "Accept-Encoding"});
    if (gzipped_) reply.headers.push_back({"Content-Encoding", "gzip"});
    if (reply.source) {
      body_begin_ = std::move(reply.body);
      if (chunked_) reply.headers.push_back({"Transfer-Encoding", "chunked"});
    } else if (gzipped_) {
      // Pages are read over slower lines than scrapes, and of the largest this saves a third.
      reply.body = base::gzip(reply.body, base::kGzipUsual);
    }
  }

  // Headers set by the route take precedence.
  void add_usual_headers(HttpReply& reply) const {
    for (const model::Header& header : handler_.access_.headers())
      set_default(reply, header.name, header.value);
    set_default(reply, "X-Content-Type-Options", "nosniff");
    set_default(reply, "Cache-Control", "no-store");
    set_default(reply, "Date", base::format_http_date(wall_now()));
  }

  // Before the reply leaves, so that a client that has read it finds it counted.
  void count(const HttpRequest& request, const Route* route, int status) const {
    handler_.log_.debug("http request", {{"method", request.method},
                                         {"path", request.path},
                                         {"code", status},
                                         {"client", exchange_.request.client}});
    handler_.instruments_.count_request(route == nullptr ? "other" : route->pattern, status);
  }

  const RequestHandler& handler_;
  ClientExchange& exchange_;
  std::optional<PasswordQuestion> question_;
  bool is_head_ = false;
  bool chunked_ = false;
  bool gzipped_ = false;
  bool piece_by_piece_ = false;
  std::string body_begin_;
};

RequestHandler::RequestHandler(Routes routes, std::string prefix, Access& access,
                               ServerInstruments& instruments, const ServerLimits& limits,
                               const base::Log& log)
    : routes_(std::move(routes)),
      prefix_(std::move(prefix)),
      access_(access),
      instruments_(instruments),
      idle_time_(limits.idle_time),
      log_(log) {}

std::optional<PasswordQuestion> RequestHandler::work(ClientExchange& exchange) {
  if (exchange.rest) {
    append_next(exchange, instruments_);
    return std::nullopt;
  }
  try {
    std::unique_ptr<HttplibAdapter> adapter = take_adapter();
    auto question = Answering(*this, exchange).run(*adapter);
    give_back(std::move(adapter));
    return question;
  } catch (const std::bad_alloc&) {
    // What was half done is gone with the adapter.
    exchange.rest.reset();
    exchange.bytes = error_reply_text(503, "503: out of memory, try again", wall_now());
    exchange.closes = true;
    instruments_.count_rejection(Rejection::busy);
    return std::nullopt;
  }
}

void RequestHandler::refuse_password(ClientExchange& exchange) const {
  instruments_.count_rejection(Rejection::too_many_passwords);
  exchange.bytes =
      error_reply_text(429, "429: too many passwords wait to be checked, try again", wall_now());
  exchange.closes = true;
}

std::unique_ptr<HttplibAdapter> RequestHandler::take_adapter() {
  {
    const base::MutexLock lock(mutex_);
    if (!adapters_.empty()) {
      auto adapter = std::move(adapters_.back());
      adapters_.pop_back();
      return adapter;
    }
  }
  return std::make_unique<HttplibAdapter>(idle_time_);
}

void RequestHandler::give_back(std::unique_ptr<HttplibAdapter> adapter) {
  const base::MutexLock lock(mutex_);
  adapters_.push_back(std::move(adapter));
}

}  // namespace reinfer::http
