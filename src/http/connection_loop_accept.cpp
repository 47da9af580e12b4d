// New connections, TLS handshakes, and the limits on the number of connections.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <tuple>

#include "http/connection_loop.h"
#include "http/error_reply.h"

namespace reinfer::http {

namespace {

// As far as the socket takes it at once; nobody waits for the rest.
void send_last_words(int socket, const std::string& reply) {
  [[maybe_unused]] const auto sent =
      ::send(socket, reply.data(), reply.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  shutdown(socket, SHUT_WR);
}

base::WallTime wall_now() {
  return base::SystemClock{}.now().wall;
}

}  // namespace

void ConnectionLoop::welcome(base::Descriptor socket, std::string client) {
  if (connections_.size() >= limits_.connections_max && !make_room()) {
    if (calls_.tls() == nullptr)
      send_last_words(socket.get(), error_reply_text(503, "", wall_now()));
    return;
  }
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
    send_last_words(
        connection.socket(),
        error_reply_text(400, "This port speaks HTTPS: the address begins https://", wall_now()));
  }
  drop(id);
}

// Drops the connection that has been idle for longest, first among those without any request so
// far; without an idle one, a slow client. False: there is none, so nobody else is let in.
bool ConnectionLoop::make_room() {
  const auto rank = [](const Connection& connection) {
    const bool busy = connection.stage == Stage::answering || connection.stage == Stage::writing;
    return std::tuple(busy, connection.served, connection.since);
  };
  const auto longest = std::min_element(
      connections_.begin(), connections_.end(),
      [&](const auto& a, const auto& b) { return rank(*a.second) < rank(*b.second); });
  if (longest == connections_.end()) return true;
  const bool busy = std::get<0>(rank(*longest->second));
  if (busy && drop_slowest(false)) return true;
  calls_.rejected(Rejection::too_many_connections);
  if (busy) return false;
  drop(longest->first);
  return true;
}

}  // namespace reinfer::http
