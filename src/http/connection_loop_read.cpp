// From bytes to whole requests.
#include "http/connection_loop.h"
#include "http/error_reply.h"

namespace reinfer::http {

void ConnectionLoop::read(Id id, Connection& connection) {
  const std::size_t bytes_max = limits_.request.head_bytes_max + limits_.request.body_bytes_max;
  for (;;) {
    if (!connection.in.empty() && connection.in.size() >= connection.needed) {
      const ParseResult parsed = parse_request(connection.in, limits_.request);
      if (parsed.state == ParseResult::State::refused)
        return refuse(id, connection, parsed.status, parsed.reason);
      if (parsed.state == ParseResult::State::complete) return hand_over(id, connection, parsed);
      connection.needed = parsed.head_bytes == 0 ? 0 : parsed.head_bytes + parsed.body_bytes;
      if (parsed.expects_continue && !send_continue(id, connection)) return;
    }
    const bool begins = connection.in.empty();
    const Io io = connection.read(bytes_max - connection.in.size());
    if (io == Io::closed || io == Io::failed) return drop(id);
    if (io != Io::progress) return wait_for(id, connection, io);
    // The time limit of a request counts from its first byte, however slowly the others come.
    if (begins && connection.served) set_deadline(id, connection, now_ + limits_.request_time);
  }
}

// False: the connection is gone.
bool ConnectionLoop::send_continue(Id id, Connection& connection) {
  if (std::exchange(connection.continued, true)) return true;
  connection.send("HTTP/1.1 100 Continue\r\n\r\n");
  // These are so few bytes that a socket without room for them is not worth waiting for.
  if (connection.write() == Io::progress) return true;
  drop(id);
  return false;
}

void ConnectionLoop::hand_over(Id id, Connection& connection, const ParseResult& parsed) {
  if (requests_ >= limits_.requests_max) return refuse(id, connection, 503, Rejection::busy);
  ++requests_;
  auto exchange = std::make_unique<ClientExchange>();
  exchange->connection = id;
  exchange->request = {relevant_head(connection.in, parsed),
                       connection.in.substr(parsed.head_bytes, parsed.body_bytes),
                       connection.client};
  connection.in.erase(0, parsed.head_bytes + parsed.body_bytes);
  connection.needed = 0;
  connection.continued = false;
  connection.stage = Stage::answering;
  connection.left = exchange->left;
  set_deadline(id, connection, base::MonoTime::max());
  watch(id, connection, EPOLLRDHUP);
  calls_.work(std::move(exchange));
}

void ConnectionLoop::refuse(Id id, Connection& connection, int status, Rejection reason) {
  calls_.rejected(reason);
  log_.debug("http request refused",
             {{"client", connection.client}, {"code", status}, {"reason", to_label(reason)}});
  connection.closes = true;
  send(id, connection, error_reply_text(status, "", base::SystemClock{}.now().wall));
}

}  // namespace reinfer::http
