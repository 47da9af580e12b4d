#include "simulator/client_connection.h"

#include <algorithm>
#include <array>

#include "simulator/respond.h"

namespace reinfer::simulator {
namespace {

constexpr auto kIdleMax = std::chrono::seconds(75);
constexpr auto kWriteMax = std::chrono::seconds(60);
constexpr std::size_t kSlowPiecesMax = 100;
constexpr std::string_view kHeadEnd = "\r\n\r\n";

// A request, or a reply that says what is wrong with it and ends the connection, or neither when
// the peer has gone.
struct Incoming {
  std::optional<Request> request;
  std::optional<Reply> refusal;
};

class RequestReader {
 public:
  explicit RequestReader(Stream& stream) : stream_(stream) {}

  Incoming next() {
    const base::MonoTime deadline = base::mono_now() + kIdleMax;
    std::size_t head_size = 0;
    while ((head_size = buffer_.find(kHeadEnd)) == std::string::npos) {
      if (buffer_.size() > kHeadBytesMax) return refuse(431, "431 Request Header Fields Too Large");
      if (!read_more(deadline)) return {};
    }
    auto parsed = parse_head(std::string_view(buffer_).substr(0, head_size));
    buffer_.erase(0, head_size + kHeadEnd.size());
    if (const auto* problem = std::get_if<Problem>(&parsed)) return refuse(400, problem->text);
    return read_body(std::move(std::get<Request>(parsed)), deadline);
  }

 private:
  Incoming read_body(Request request, base::MonoTime deadline) {
    const auto size = body_size(request);
    if (!size) return refuse(400, "malformed Content-Length");
    if (!request.header("transfer-encoding").empty()) return refuse(411, "411 Length Required");
    if (*size > kRequestBodyBytesMax) return refuse(413, "413 Content Too Large");
    if (request.header("expect") == "100-continue" && buffer_.size() < *size)
      stream_.write("HTTP/1.1 100 Continue\r\n\r\n", deadline);
    while (buffer_.size() < *size)
      if (!read_more(deadline)) return {};
    request.body = buffer_.substr(0, *size);
    buffer_.erase(0, *size);
    return {std::move(request), std::nullopt};
  }

  static Incoming refuse(int status, std::string_view message) {
    return {std::nullopt, error_reply(status, message)};
  }

  bool read_more(base::MonoTime deadline) {
    std::array<char, 16 * 1024> chunk;
    const auto result = stream_.read(chunk.data(), chunk.size(), deadline);
    buffer_.append(chunk.data(), result.bytes);
    return result.status == StreamStatus::ok;
  }

  Stream& stream_;
  std::string buffer_;
};

void write_slowly(Stream& stream, std::string_view body, base::Nanoseconds over) {
  const std::size_t pieces = std::clamp<std::size_t>(body.size(), 1, kSlowPiecesMax);
  const std::size_t piece = (body.size() + pieces - 1) / pieces;
  const base::MonoTime started = base::mono_now();
  for (std::size_t i = 0; i < pieces; ++i) {
    const auto due =
        started + over * static_cast<std::int64_t>(i + 1) / static_cast<std::int64_t>(pieces);
    if (stream.pause_until(due) != StreamStatus::ok) return;
    const std::string_view part = body.substr(std::min(i * piece, body.size()), piece);
    if (stream.write(part, due + kWriteMax) != StreamStatus::ok) return;
  }
}

// True if the connection may carry another request.
bool send_damaged(Stream& stream, const Reply& reply, const std::string& head,
                  const std::string& body, base::MonoTime deadline) {
  switch (reply.delivery) {
    case Delivery::whole:
      return stream.write(head + body, deadline) == StreamStatus::ok;
    case Delivery::slow_body:
      if (stream.write(head, deadline) == StreamStatus::ok)
        write_slowly(stream, body, reply.body_time);
      return true;
    case Delivery::raw:
      stream.write(reply.body, deadline);
      stream.finish();
      return false;
    case Delivery::close_mid_headers:
      stream.write(head.substr(0, head.size() / 2), deadline);
      return false;
    case Delivery::close_mid_body:
      stream.write(head + body.substr(0, body.size() / 2), deadline);
      return false;
    case Delivery::bad_chunking:
      stream.write(head + "no-number\r\n" + body + "\r\n0\r\n\r\n", deadline);
      stream.finish();
      return false;
    case Delivery::reset:
      stream.reset();
      return false;
    case Delivery::close_before_headers:
    case Delivery::never_answer:
      return false;
  }
  return false;
}

bool send(Stream& stream, const Response& response, const Request& request,
          base::MonoTime received) {
  const Reply& reply = response.reply;
  if (reply.delivery == Delivery::never_answer) {
    stream.hold();
    return false;
  }
  const bool keep_alive = request.wants_to_keep_alive();
  Rendered rendered = render(reply, request, response.marks, keep_alive);
  if (stream.pause_until(received + response.latency) != StreamStatus::ok) return false;
  // Everything else is ready by now, so that the time claimed ends where the sending begins.
  const base::MonoTime now = base::mono_now();
  rendered.head += timing_lines(reply, now - received) + "\r\n";
  if (!send_damaged(stream, reply, rendered.head, rendered.body, now + kWriteMax)) return false;
  if (!keep_alive) stream.finish();
  return keep_alive;
}

void refuse(Stream& stream, World& world, const Reply& refusal) {
  Request unknown;
  unknown.headers.push_back({"connection", "close"});
  send(stream, {refusal, world.draw_marks(), {}, false}, unknown, base::mono_now());
}

}  // namespace

void serve(Stream& stream, World& world, const base::Log& log) {
  RequestReader reader(stream);
  bool counted = false;
  for (;;) {
    const Incoming incoming = reader.next();
    const base::MonoTime received = base::mono_now();
    if (incoming.refusal) refuse(stream, world, *incoming.refusal);
    if (!incoming.request) return;
    const Response response = respond(world, *incoming.request);
    if (response.counts && !std::exchange(counted, true)) world.count_first_request();
    log.debug("request", {{"method", incoming.request->method},
                          {"path", incoming.request->path},
                          {"status", response.reply.status}});
    if (!send(stream, response, *incoming.request, received)) return;
  }
}

}  // namespace reinfer::simulator
