// Where clients wait: one thread and one epoll accept connections, do handshakes, read requests and
// write replies for all of them, so that a client which takes its time takes nothing else. A worker
// is only ever given a whole request and gives back a whole reply. Limits on number, size and time
// end what would pile up, and each end is counted. run() is its thread; reply() and stop() may come
// from any other.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/descriptor.h"
#include "base/log.h"
#include "http/connection.h"
#include "http/listener.h"
#include "http/request_parser.h"
#include "http/server_limits.h"
#include "http/streamed_body.h"

namespace reinfer::http {

struct ReceivedRequest {
  std::uint64_t connection = 0;
  std::string head;  // up to and with the empty line
  std::string body;
  std::string client;  // address
};

struct OutgoingReply {
  std::uint64_t connection = 0;
  std::string bytes;
  bool closes = false;                           // after the last byte
  std::unique_ptr<StreamedBody> rest = nullptr;  // what follows, if that is not all
};

// What the loop asks of others, on its own thread.
struct ConnectionLoopCallbacks {
  std::function<void(ReceivedRequest)> request;  // will be answered by reply()
  std::function<void(OutgoingReply)> more;       // its `bytes` are sent: reply() with the next
  std::function<void(Rejection)> rejected;       // once for each
  std::function<void(std::size_t)> connections;  // how many there are, when that changes
  std::function<const TlsContext*()> tls;        // for a new connection; null for plain HTTP
  std::function<void()> tick;                    // at least once a second
};

class ConnectionLoop {
 public:
  ConnectionLoop(const ServerLimits& limits, ConnectionLoopCallbacks calls, const base::Log& log);

  // Before run().
  void take(std::vector<Listener> listeners);
  // Returns after stop(), once what was under way has been answered, or time is up.
  void run();

  void reply(OutgoingReply reply);
  void stop();

 private:
  using Id = std::uint64_t;

  void wait_and_handle();
  void handle(Id id, std::uint32_t events);
  void accept_from(const Listener& listener);
  void welcome(base::Descriptor socket, std::string client);
  void make_room();
  void make_room_for_stream(Id newest);
  void pause_accepting(bool pause);

  // Each goes on until the connection has to wait for something, or is gone.
  void go_on(Id id, Connection& connection);
  void read(Id id, Connection& connection);
  void hand_over(Id id, Connection& connection, const ParseResult& frame);
  void write(Id id, Connection& connection);
  void ask_for_more(Id id, Connection& connection);
  void drain(Id id, Connection& connection);
  void refuse(Id id, Connection& connection, int status, Rejection reason,
              std::string_view words = "");
  void handshake_failed(Id id, Connection& connection);

  void wait_for(Id id, Connection& connection, Io io);
  void enter(Id id, Connection& connection, Stage stage, base::Nanoseconds limit);
  void set_deadline(Id id, Connection& connection, base::MonoTime deadline);
  void drop(Id id);
  void expire();
  void take_replies();
  void begin_to_stop();
  bool finished() const;

  const ServerLimits limits_;
  const ConnectionLoopCallbacks calls_;
  const base::Log& log_;
  const base::Descriptor epoll_;
  const base::Descriptor wake_;
  std::atomic<bool> stop_{false};

  std::mutex mutex_;
  std::vector<OutgoingReply> replies_;  // guarded by mutex_

  // Owned by the loop's thread.
  std::vector<Listener> listeners_;
  std::map<Id, std::unique_ptr<Connection>> connections_;
  std::set<std::pair<base::MonoTime, Id>> deadlines_;
  Id next_id_;
  base::MonoTime now_{};
  base::MonoTime next_tick_{};
  std::size_t answering_ = 0;  // requests that are with the workers
  bool accepting_ = true;
  bool stopping_ = false;
  base::MonoTime stop_deadline_{};
};

}  // namespace reinfer::http
