// From replies to bytes.
#include "http/connection_loop.h"

namespace reinfer::http {
namespace {

constexpr std::size_t kDrainedBytesMax = 4 * 1024 * 1024;

}  // namespace

void ConnectionLoop::take_exchanges() {
  std::vector<std::unique_ptr<ClientExchange>> returned;
  {
    const base::MutexLock lock(mutex_);
    returned.swap(returned_);
  }
  for (std::unique_ptr<ClientExchange>& exchange : returned) {
    const bool first = !std::exchange(exchange->replied, true);
    if (first) --requests_;
    // The client may have left meanwhile.
    const auto found = connections_.find(exchange->connection);
    if (found != connections_.end()) begin_reply(*found->second, std::move(exchange), first);
  }
}

// Or the next part of it.
void ConnectionLoop::begin_reply(Connection& connection, std::unique_ptr<ClientExchange> exchange,
                                 bool first) {
  const Id id = exchange->connection;
  if (first && !has_room_for(*exchange)) return refuse(id, connection, 503, Rejection::busy);
  connection.closes = exchange->closes || stopping_;
  std::string bytes = std::exchange(exchange->bytes, {});
  connection.left = std::stop_source{std::nostopstate};
  connection.streams = exchange->rest != nullptr || connection.streams;
  if (exchange->rest) connection.exchange = std::move(exchange);
  send(id, connection, std::move(bytes));
}

void ConnectionLoop::send(Id id, Connection& connection, std::string bytes) {
  if (connection.all_delivered()) begin_stretch(connection);
  connection.send(std::move(bytes));
  enter(id, connection, Stage::writing, limits_.reply_time);
  write(id, connection);
}

void ConnectionLoop::write(Id id, Connection& connection) {
  const Io io = connection.write();
  if (io == Io::closed || io == Io::failed) return drop(id);
  note_delivery(id, connection);
  if (io != Io::progress) return wait_for(id, connection, io);
  if (connection.exchange) {
    connection.stage = Stage::answering;
    // The time of a worker is not the client's.
    set_deadline(id, connection, base::MonoTime::max());
    wait_for(id, connection, Io::progress);
    return calls_.work(std::move(connection.exchange));
  }
  connection.streams = false;
  connection.served = true;
  if (connection.closes) {
    connection.say_goodbye();
    enter(id, connection, Stage::draining, limits_.goodbye_time);
    return drain(id, connection);
  }
  // The next request may have come together with the last one.
  enter(id, connection, Stage::reading,
        connection.in.empty() ? limits_.idle_time : limits_.request_time);
  read(id, connection);
}

void ConnectionLoop::drain(Id id, Connection& connection) {
  for (;;) {
    const Io io = connection.drain();
    if (io == Io::wants_read || io == Io::wants_write) return wait_for(id, connection, io);
    if (io != Io::progress || connection.drained_bytes > kDrainedBytesMax) return drop(id);
  }
}

}  // namespace reinfer::http
