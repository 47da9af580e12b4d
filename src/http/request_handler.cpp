#include "http/request_handler.h"

#include <fmt/format.h>
#include <httplib.h>

#include <algorithm>
#include <utility>

#include "base/gzip.h"
#include "base/text.h"
#include "http/error_reply.h"

namespace reinfer::http {
namespace {

constexpr std::size_t kCompressedBytesMin = 1024;
constexpr std::size_t kRequestsOfConnectionMax = 1'000'000;

// The head of a request to read, a reply to be written.
class MemoryStream final : public httplib::Stream {
 public:
  MemoryStream(const std::string& input, const std::string& client)
      : input_(input), client_(client) {}

  bool is_readable() const override { return read_ < input_.size(); }
  bool is_writable() const override { return true; }
  ssize_t read(char* to, std::size_t size) override {
    const std::size_t count = input_.copy(to, size, read_);
    read_ += count;
    return static_cast<ssize_t>(count);
  }
  ssize_t write(const char* from, std::size_t size) override {
    output_.append(from, size);
    return static_cast<ssize_t>(size);
  }
  void get_remote_ip_and_port(std::string& ip, int& port) const override {
    ip = client_;
    port = 0;
  }
  void get_local_ip_and_port(std::string& ip, int& port) const override {
    ip.clear();
    port = 0;
  }
  // Only compared with FD_SETSIZE, above which httplib gives up.
  socket_t socket() const override { return 0; }

  std::string take_output() { return std::move(output_); }

 private:
  const std::string& input_;
  const std::string& client_;
  std::size_t read_ = 0;
  std::string output_;
};

// httplib hands a client's ranges to content providers unchecked, so that it would read beyond a
// body. A server may ignore them (RFC 9110, 14.2), and what is short has no use for them.
std::string without_ranges(std::string_view head) {
  constexpr std::string_view kName = "range";
  std::string kept;
  while (!head.empty()) {
    const std::size_t end = head.find('\n');
    const std::string_view line = head.substr(0, end == head.npos ? end : end + 1);
    if (!base::equals_ignoring_case(base::trim(line.substr(0, line.find(':'))), kName))
      kept += line;
    head.remove_prefix(line.size());
  }
  return kept;
}

HttpRequest to_request(const httplib::Request& from, const ReceivedRequest& raw) {
  HttpRequest request{from.method, from.path, {}, {}, {}, raw.body, raw.client};
  request.query.insert(from.params.begin(), from.params.end());
  for (const auto& [name, value] : from.headers)
    request.headers.push_back({name, value});
  return request;
}

// The whole body, if it is not long.
void take_short_body(HttpReply& from) {
  if (!from.source) return;
  from.body = from.source->next();
  if (from.source->done()) from.source.reset();
}

// A body of which some has been made already.
class BegunBody final : public BodySource {
 public:
  BegunBody(std::string begin, std::unique_ptr<BodySource> rest)
      : begin_(std::move(begin)), rest_(std::move(rest)) {}

  std::string_view next() override {
    if (!std::exchange(begun_, true)) return begin_;
    begin_ = {};
    return rest_->next();
  }
  bool done() const override { return begun_ && rest_->done(); }

 private:
  std::string begin_;
  std::unique_ptr<BodySource> rest_;
  bool begun_ = false;
};

bool knows_chunks(const httplib::Request& request) {
  return request.version != "HTTP/1.0";
}

// Of a reply whose body does not go through httplib: a provider without a length, which at once has
// nothing to say, makes it write the head alone.
std::unique_ptr<StreamedBody> send_head(HttpReply from, bool packed,
                                        const httplib::Request& request, httplib::Response& reply) {
  reply.set_content_provider(from.type, [](std::size_t, httplib::DataSink& sink) {
    sink.done();
    return true;
  });
  const bool chunked = knows_chunks(request);
  if (chunked) reply.set_header("Transfer-Encoding", "chunked");
  if (request.method == "HEAD") return nullptr;
  auto source = std::make_unique<BegunBody>(std::move(from.body), std::move(from.source));
  return std::make_unique<StreamedBody>(std::move(source), packed, chunked);
}

// Left to itself, httplib compresses with brotli at its slowest: 100 ms for what gzip does in one.
// What is still to be made of the body once the head has been sent, if anything, is returned.
std::unique_ptr<StreamedBody> send(HttpReply from, const httplib::Request& request,
                                   httplib::Response& reply) {
  reply.status = from.status;
  for (const model::Header& header : from.headers)
    reply.set_header(header.name, header.value);
  take_short_body(from);
  const bool packed = from.body.size() >= kCompressedBytesMin &&
                      base::accepts_gzip(request.get_header_value("Accept-Encoding"));
  reply.set_header("Vary", "Accept-Encoding");
  if (packed) reply.set_header("Content-Encoding", "gzip");
  if (from.source) return send_head(std::move(from), packed, request, reply);
  if (packed) from.body = base::gzip(from.body, base::kGzipFast);
  // Without a length httplib would send none, and the client wait for the end.
  if (from.body.empty()) {
    reply.set_content("", from.type);
    return nullptr;
  }
  const std::size_t length = from.body.size();
  reply.set_content_provider(length, from.type,
                             [body = std::move(from.body)](std::size_t offset, std::size_t count,
                                                           httplib::DataSink& sink) {
                               if (offset > body.size() || count > body.size() - offset)
                                 return false;
                               return sink.write(body.data() + offset, count);
                             });
  return nullptr;
}

}  // namespace

// A server for one request: what its handlers need to know of it are members, and no thread shares
// them. It costs a few empty containers.
class RequestHandler::Exchange final : private httplib::Server {
 public:
  Exchange(const RequestHandler& owner, const ReceivedRequest& raw,
           const std::optional<PasswordAnswer>& known)
      : owner_(owner), raw_(raw), known_(known) {
    // Before httplib's own routing, whose regular expressions take a long path apart recursively.
    set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& reply) {
      dispatch(request, reply);
      return HandlerResponse::Handled;
    });
    // Before the reply leaves, so that whoever has read it finds it counted.
    set_post_routing_handler([this](const httplib::Request& request, httplib::Response& reply) {
      if (!question_) count(request, reply);
    });
    set_error_handler([](const httplib::Request&, httplib::Response& reply) {
      if (reply.body.empty() && !reply.content_provider_)
        reply.set_content(fmt::format("{}\n", reply.status), "text/plain");
    });
    // Without a socket to listen on httplib takes itself to be shutting down, and writes no body.
    svr_sock_ = 0;
    set_keep_alive_timeout(
        std::chrono::duration_cast<std::chrono::seconds>(owner.limits_.idle_time).count());
    set_keep_alive_max_count(kRequestsOfConnectionMax);
  }

  Answer run() {
    const std::string head = without_ranges(raw_.head);
    MemoryStream stream(head, raw_.client);
    bool closed = false;
    const bool written = process_request(stream, false, closed, nullptr);
    Answer answer;
    answer.reply = {raw_.connection, stream.take_output(), closed || !written || ends_by_closing_,
                    std::move(rest_)};
    OutgoingReply& reply = answer.reply;
    if (reply.rest && !reply.rest->append_next(reply.bytes)) reply.rest.reset();
    answer.question = std::move(question_);
    return answer;
  }

 private:
  void dispatch(const httplib::Request& from, httplib::Response& to) {
    HttpRequest request = to_request(from, raw_);
    // A HEAD is a GET of which the body is not sent.
    const std::string method = from.method == "HEAD" ? "GET" : from.method;
    const Route* chosen = nullptr;
    std::vector<std::string> allowed;
    for (const Route& route : owner_.routes_) {
      auto place = match_path(route.pattern, request.path);
      if (!place) continue;
      allowed.push_back(route.method);
      if (route.method != method || chosen != nullptr) continue;
      request.place = std::move(*place);
      chosen = &route;
    }
    // Whoever is not let in does not learn what there is, either.
    if (chosen == nullptr || chosen->access != RouteAccess::open)
      if (!admit(request, from, to)) return;
    if (chosen != nullptr) {
      rest_ = send(chosen->answer(request), from, to);
      ends_by_closing_ = rest_ != nullptr && !knows_chunks(from);
    } else if (allowed.empty()) {
      to.status = 404;
    } else {
      to.status = 405;
      to.set_header("Allow", base::join(allowed, ", "));
    }
    add_usual_headers(to);
  }

  bool admit(const HttpRequest& request, const httplib::Request& from, httplib::Response& to) {
    // The second time, after the password has been looked at, it is still one request.
    if (!known_ && !owner_.access_.within_rate(base::mono_now())) {
      owner_.instruments_.count_rejection(Rejection::rate_limit);
      send({429, kPlainText, "429: more requests than rate_limit allows\n", {{"Retry-After", "1"}}},
           from, to);
      add_usual_headers(to);
      return false;
    }
    AccessDecision decision = owner_.access_.judge(request.header("Authorization"), known_);
    if (decision.verdict == AccessVerdict::granted) return true;
    question_ = std::move(decision.question);
    if (question_) return false;
    owner_.instruments_.count_rejection(Rejection::unauthorized);
    HttpReply reply{401, kPlainText, "401: not without a user or token that may\n", {}};
    // A page that looks for news says so itself: for a scheme that browsers know they would ask for
    // a password out of the blue, each time.
    const char* before = request.header("X-Requested-With") == "page" ? "x" : "";
    for (const std::string& challenge : owner_.access_.challenges())
      reply.headers.push_back({"WWW-Authenticate", before + challenge});
    send(std::move(reply), from, to);
    add_usual_headers(to);
    return false;
  }

  // What a route says itself stands.
  void add_usual_headers(httplib::Response& to) const {
    for (const model::Header& header : owner_.access_.headers())
      if (!to.has_header(header.name)) to.set_header(header.name, header.value);
    if (!to.has_header("X-Content-Type-Options"))
      to.set_header("X-Content-Type-Options", "nosniff");
    if (!to.has_header("Cache-Control")) to.set_header("Cache-Control", "no-store");
  }

  void count(const httplib::Request& request, const httplib::Response& reply) const {
    owner_.log_.debug("http request", {{"method", request.method},
                                       {"path", request.path},
                                       {"code", reply.status},
                                       {"client", raw_.client}});
    const auto route =
        std::find_if(owner_.routes_.begin(), owner_.routes_.end(), [&](const Route& candidate) {
          return match_path(candidate.pattern, request.path).has_value();
        });
    owner_.instruments_.count_request(route == owner_.routes_.end() ? "other" : route->pattern,
                                      reply.status);
  }

  const RequestHandler& owner_;
  const ReceivedRequest& raw_;
  const std::optional<PasswordAnswer>& known_;
  std::optional<PasswordQuestion> question_;
  std::unique_ptr<StreamedBody> rest_;
  bool ends_by_closing_ = false;
};

RequestHandler::RequestHandler(Routes routes, Access& access, ServerInstruments& instruments,
                               const ServerLimits& limits, const base::Log& log)
    : routes_(std::move(routes)),
      access_(access),
      instruments_(instruments),
      limits_(limits),
      log_(log) {}

Answer RequestHandler::answer(const ReceivedRequest& request,
                              const std::optional<PasswordAnswer>& known) const {
  return Exchange(*this, request, known).run();
}

OutgoingReply RequestHandler::too_busy(const ReceivedRequest& request) const {
  instruments_.count_rejection(Rejection::too_many_passwords);
  return {request.connection,
          error_reply_text(429, "429: too many passwords to look at, try again"), true};
}

}  // namespace reinfer::http
