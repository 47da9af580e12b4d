// The sockets of all clients: one thread and one epoll accept connections, do TLS handshakes, read
// requests and write replies, so that a slow client delays nobody else. It hands whole requests to
// the workers as ClientExchanges and gets them back with the bytes to send; it reads no path and
// knows no route. Limits on number, size and time end connections that would pile up, and each end
// is counted. run() is its thread; give_back() and stop() may be called from any other.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/descriptor.h"
#include "base/epoll.h"
#include "base/log.h"
#include "base/mutex.h"
#include "http/acceptor.h"
#include "http/client_exchange.h"
#include "http/connection.h"
#include "http/deadlines.h"
#include "http/listener.h"
#include "http/request_parser.h"
#include "http/server_limits.h"

namespace reinfer::http {

// The loop calls these on its own thread.
struct ConnectionLoopCallbacks {
  // For a worker: a request, or one whose reply has more. It comes back by give_back().
  std::function<void(std::unique_ptr<ClientExchange>)> work;
  std::function<void(Rejection)> rejected;       // once for each
  std::function<void(std::size_t)> connections;  // their number, when it changes
  std::function<const TlsContext*()> tls;        // for a new connection; null for plain HTTP
};

class ConnectionLoop {
 public:
  ConnectionLoop(const ServerLimits& limits, ConnectionLoopCallbacks calls, const base::Log& log);

  // Before run().
  void take(std::vector<Listener> listeners);
  // Returns after stop(), once requests in progress have been answered, or after
  // ServerLimits::stop_time.
  void run();

  // With the next bytes of the reply.
  void give_back(std::unique_ptr<ClientExchange> exchange);
  void stop();

 private:
  using Id = ConnectionId;

  // Events and time: connection_loop.cpp.
  void wait_and_handle();
  void handle(Id id, std::uint32_t events);
  void go_on(Id id, Connection& connection);
  void wait_for(Id id, Connection& connection, Io io);
  void watch(Id id, Connection& connection, std::uint32_t events);
  void note_while_answering(Id id, Connection& connection, std::uint32_t events);
  void enter(Id id, Connection& connection, Stage stage, base::Nanoseconds limit);
  void set_deadline(Id id, Connection& connection, base::MonoTime deadline);
  void expire();
  void drop(Id id);
  void begin_to_stop();
  // A request that has come, or that a new client is about to send, is still answered.
  void prepare_to_stop(Id id, Connection& connection);
  bool finished() const;

  // New connections and their number: connection_loop_accept.cpp.
  void welcome(base::Descriptor socket, std::string client);
  void shake_hands(Id id, Connection& connection);
  void fail_handshake(Id id, Connection& connection);
  bool make_room();

  // Requests: connection_loop_read.cpp. Each function goes on until the connection has to wait for
  // something, or is gone.
  void read(Id id, Connection& connection);
  bool send_continue(Id id, Connection& connection);
  void hand_over(Id id, Connection& connection, const ParseResult& parsed);
  void refuse(Id id, Connection& connection, int status, Rejection reason);

  // Replies: connection_loop_write.cpp.
  void take_exchanges();
  void begin_reply(Connection& connection, std::unique_ptr<ClientExchange> exchange, bool first);
  void send(Id id, Connection& connection, std::string bytes);
  void write(Id id, Connection& connection);
  void drain(Id id, Connection& connection);

  // Clients that do not take their replies: connection_loop_slow.cpp.
  bool has_room_for(const ClientExchange& newcomer);
  void begin_stretch(Connection& connection) const;
  void note_delivery(Id id, Connection& connection);
  bool is_slow(const Connection& connection) const;
  bool drop_slowest(bool streams_only);

  const ServerLimits limits_;
  const ConnectionLoopCallbacks calls_;
  const base::Log& log_;
  base::Epoll epoll_;
  std::atomic<bool> stop_{false};

  base::Mutex mutex_;
  std::vector<std::unique_ptr<ClientExchange>> returned_ REINFER_GUARDED_BY(mutex_);

  // Owned by the loop's thread.
  Acceptor acceptor_;
  std::map<Id, std::unique_ptr<Connection>> connections_;
  Deadlines deadlines_;
  Id next_id_ = Acceptor::kTokens;
  base::MonoTime now_{};
  base::MonoTime next_tick_{};
  std::size_t requests_ = 0;  // handed to workers, no byte of their replies back yet
  bool stopping_ = false;
  base::MonoTime stop_deadline_{};
};

}  // namespace reinfer::http
