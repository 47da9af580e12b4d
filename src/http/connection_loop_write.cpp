// From replies to bytes.
#include "http/connection_loop.h"

namespace reinfer::http {
namespace {

constexpr std::size_t kDrainedBytesMax = 4 * 1024 * 1024;

}  // namespace

void ConnectionLoop::take_exchanges() {
  std::vector<std::unique_ptr<ClientExchange>> returned;
  {
    const std::lock_guard lock(mutex_);
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
  connection.send(std::exchange(exchange->bytes, {}));
  connection.stage = Stage::writing;
  connection.left = std::stop_source{std::nostopstate};
  connection.streams = exchange->rest != nullptr || connection.streams;
  if (exchange->rest) connection.exchange = std::move(exchange);
  enter(id, connection, Stage::writing, limits_.reply_time);
  write(id, connection);
}

// A reply that has begun is never cut off for a newcomer, unless its client does not take it.
bool ConnectionLoop::has_room_for(const ClientExchange& newcomer) {
  std::size_t unsent = newcomer.bytes.size();
  std::size_t streams = 0;
  Id stalled = newcomer.connection;
  base::MonoTime since = now_ - limits_.stall_time;
  for (const auto& [id, other] : connections_) {
    unsent += other->unsent();
    if (!other->streams) continue;
    ++streams;
    // While a worker makes the next part, it is not the client that is slow.
    if (other->stage != Stage::writing || other->since > since) continue;
    stalled = id;
    since = other->since;
  }
  if (unsent > limits_.unsent_bytes_max) return false;
  if (!newcomer.rest || streams < limits_.streams_max) return true;
  if (stalled == newcomer.connection) return false;
  calls_.rejected(Rejection::slow);
  drop(stalled);
  return true;
}

void ConnectionLoop::write(Id id, Connection& connection) {
  const std::size_t taken = connection.taken;
  const Io io = connection.write();
  if (io == Io::closed || io == Io::failed) return drop(id);
  if (connection.taken != taken) enter(id, connection, Stage::writing, limits_.reply_time);
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
