// New connections, TLS handshakes, and the limits on the number of connections.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <tuple>

#include "http/connection_loop.h"
#include "http/error_reply.h"

namespace reinfer::http {

void ConnectionLoop::welcome(base::Descriptor socket, std::string client) {
  if (connections_.size() >= limits_.connections_max) make_room();
  const int yes = 1;
  setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  const Id id = next_id_++;
  if (!epoll_.add(socket.get(), EPOLLIN, id))
    return calls_.rejected(Rejection::too_many_connections);
  auto made = std::make_unique<Connection>(std::move(socket), std::move(client), calls_.tls());
  Connection& connection = *connections_.emplace(id, std::move(made)).first->second;
  connection.since = now_;
  connection.watched = EPOLLIN;
  set_deadline(id, connection, now_ + limits_.request_time);
  calls_.connections(connections_.size());
  // Most clients have sent something by now.
  go_on(id, connection);
}

void ConnectionLoop::shake_hands(Id id, Connection& connection) {
  const Io io = connection.handshake();
  if (io == Io::closed || io == Io::failed) return fail_handshake(id, connection);
  if (io != Io::progress) return wait_for(id, connection, io);
  connection.stage = Stage::reading;
  read(id, connection);
}

void ConnectionLoop::fail_handshake(Id id, Connection& connection) {
  calls_.rejected(Rejection::tls);
  log_.debug("TLS handshake failed",
             {{"client", connection.client}, {"reason", connection.tls().failure()}});
  if (connection.tls().was_plain_http()) {
    // Without the session, which can send nothing that this client would understand.
    const std::string reply = error_reply_text(
        400, "This port speaks HTTPS: the address begins https://", base::SystemClock{}.now().wall);
    [[maybe_unused]] const auto sent =
        ::send(connection.socket(), reply.data(), reply.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    shutdown(connection.socket(), SHUT_WR);
  }
  drop(id);
}

// Drops the connection that has waited longest, first among those without any request so far.
void ConnectionLoop::make_room() {
  const auto waits_longer = [](const auto& a, const auto& b) {
    const auto rank = [](const Connection& c) {
      return std::tuple(c.stage == Stage::answering, c.served, c.since);
    };
    return rank(*a.second) < rank(*b.second);
  };
  const auto longest = std::min_element(connections_.begin(), connections_.end(), waits_longer);
  if (longest == connections_.end()) return;
  calls_.rejected(Rejection::too_many_connections);
  drop(longest->first);
}

// Drops the one that has taken longest over its reply, not the newest.
void ConnectionLoop::make_room_for_stream(Id newest) {
  std::size_t streams = 0;
  Id longest = newest;
  for (const auto& [id, other] : connections_) {
    if (!other->streams || id == newest) continue;
    ++streams;
    if (longest == newest || other->since < connections_.at(longest)->since) longest = id;
  }
  if (streams < limits_.streams_max || longest == newest) return;
  calls_.rejected(Rejection::slow);
  drop(longest);
}

}  // namespace reinfer::http
