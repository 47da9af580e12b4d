#include "http/httplib_adapter.h"

#include <httplib.h>

#include <type_traits>
#include <utility>

namespace reinfer::http {
namespace {

// Server::process_request of 0.11.4 and of 0.18.7.
using Setup = std::function<void(httplib::Request&)>;
using Process11 = bool (httplib::Server::*)(httplib::Stream&, bool, bool&, const Setup&);
using Process18 = bool (httplib::Server::*)(httplib::Stream&, const std::string&, int,
                                            const std::string&, int, bool, bool&, const Setup&);

// A request's head to read, a reply to be written.
struct MemoryStream final : public httplib::Stream {
  explicit MemoryStream(const std::string& from) : input(from) {}

  bool is_readable() const override { return taken < input.size(); }
  bool is_writable() const override { return true; }
  ssize_t read(char* to, std::size_t size) override {
    const std::size_t count = input.copy(to, size, taken);
    taken += count;
    return static_cast<ssize_t>(count);
  }
  ssize_t write(const char* from, std::size_t size) override {
    output.append(from, size);
    return static_cast<ssize_t>(size);
  }
  void get_remote_ip_and_port(std::string&, int& port) const override { port = 0; }
  void get_local_ip_and_port(std::string&, int& port) const override { port = 0; }
  socket_t socket() const override { return 0; }  // httplib compares it with FD_SETSIZE

  const std::string& input;
  std::size_t taken = 0;
  std::string output;
};

}  // namespace

class HttplibAdapter::Server final : private httplib::Server {
 public:
  explicit Server(base::Nanoseconds idle_time) {
    // It runs before httplib's own routing, whose regular expressions recurse over a long path.
    set_pre_routing_handler([this](const httplib::Request& from, httplib::Response& to) {
      HttpRequest request{from.method, from.path, {}, {}, {}, {}, {}, from.version, {}};
      request.query.insert(from.params.begin(), from.params.end());
      for (const auto& [name, value] : from.headers)
        request.headers.push_back({name, value});
      fill(answerer_->answer(request), to);
      return HandlerResponse::Handled;
    });
    set_error_handler([this](const httplib::Request&, httplib::Response& to) {
      if (!filled_) fill(answerer_->refuse(to.status), to);
    });
    // httplib would send the text of the exception.
    set_exception_handler([](const auto&, httplib::Response& to, auto) { to.status = 500; });
    // With an invalid socket httplib takes itself to be shutting down, and writes no body.
    svr_sock_ = 0;
    set_keep_alive_timeout(std::chrono::duration_cast<std::chrono::seconds>(idle_time).count());
    set_keep_alive_max_count(1'000'000);
  }

  WrittenReply run(const std::string& head, HttplibAnswerer& answerer) {
    answerer_ = &answerer;
    filled_ = false;
    MemoryStream stream(head);
    bool closed = false;
    const bool written = call(&Server::process_request, stream, closed);
    return {std::move(stream.output), closed || !written, std::move(source_)};
  }

 private:
  template <typename Process>
  bool call(Process function, MemoryStream& stream, bool& closed) {
    constexpr bool is_11 = std::is_same_v<Process, Process11>;
    static_assert(is_11 || std::is_same_v<Process, Process18>,
                  "Server::process_request of cpp-httplib " CPPHTTPLIB_VERSION
                  " is neither that of 0.11.4 nor that of 0.18.7: add its parameters here");
    if constexpr (is_11)
      return (this->*function)(stream, false, closed, nullptr);
    else
      return (this->*function)(stream, {}, 0, {}, 0, false, closed, nullptr);
  }

  void fill(HttpReply from, httplib::Response& to) {
    filled_ = true;
    to.status = from.status;
    for (const model::Header& header : from.headers)
      to.set_header(header.name, header.value);
    source_ = std::move(from.source);
    // A provider without a length that is done at once makes httplib write the head alone.
    const auto nothing = [](std::size_t, httplib::DataSink& sink) { return sink.done(), true; };
    if (source_) return to.set_content_provider(from.type, nothing);
    const std::size_t length = from.body.size();
    if (length == 0) return to.set_content("", from.type);
    // httplib compresses a body that it has whole with brotli at its slowest, but no provider's.
    auto all = [body = std::move(from.body)](std::size_t at, std::size_t count,
                                             httplib::DataSink& sink) {
      return sink.write(body.data() + at, count);
    };
    to.set_content_provider(length, from.type, std::move(all));
  }

  HttplibAnswerer* answerer_ = nullptr;
  bool filled_ = false;  // with the answerer's reply
  std::unique_ptr<BodySource> source_;
};

HttplibAdapter::HttplibAdapter(base::Nanoseconds idle_time)
    : server_(std::make_unique<Server>(idle_time)) {}
HttplibAdapter::~HttplibAdapter() = default;

WrittenReply HttplibAdapter::process(const std::string& head, HttplibAnswerer& answerer) {
  return server_->run(head, answerer);
}

}  // namespace reinfer::http
