// Clients that do not take their replies. A reply that has begun is cut off for a newcomer only if
// its client is slow, and then at every limit alike.
#include "http/connection_loop.h"

namespace reinfer::http {

void ConnectionLoop::begin_stretch(Connection& connection) const {
  connection.rate_since = now_;
  connection.rate_from = connection.noted = connection.delivered();
  connection.slow_stretch = false;
}

// The kernel says that a socket is writable long after its client has begun to read again, so each
// decision looks first.
void ConnectionLoop::note_delivery(Id id, Connection& connection) {
  const std::size_t delivered = connection.delivered();
  if (delivered > connection.noted) {
    connection.noted = delivered;
    enter(id, connection, Stage::writing, limits_.reply_time);
  }
  const base::Nanoseconds stretch = now_ - connection.rate_since;
  if (stretch < limits_.rate_time) return;
  const double seconds = std::chrono::duration<double>(stretch).count();
  connection.slow_stretch = static_cast<double>(delivered - connection.rate_from) <
                            seconds * static_cast<double>(limits_.reply_rate_min);
  connection.rate_since = now_;
  connection.rate_from = delivered;
}

bool ConnectionLoop::is_slow(const Connection& connection) const {
  // While a worker makes the next part, it is not the client that is slow.
  if (connection.stage != Stage::writing) return false;
  return now_ - connection.since >= limits_.stall_time || connection.slow_stretch;
}

// False: none is slow.
bool ConnectionLoop::drop_slowest(bool streams_only) {
  const Connection* slowest = nullptr;
  Id slowest_id = 0;
  for (const auto& [id, connection] : connections_) {
    if (connection->stage != Stage::writing || (streams_only && !connection->streams)) continue;
    note_delivery(id, *connection);
    if (!is_slow(*connection)) continue;
    if (slowest != nullptr && slowest->since <= connection->since) continue;
    slowest = connection.get();
    slowest_id = id;
  }
  if (slowest == nullptr) return false;
  calls_.rejected(Rejection::slow);
  drop(slowest_id);
  return true;
}

bool ConnectionLoop::has_room_for(const ClientExchange& newcomer) {
  const auto unsent = [&] {
    std::size_t bytes = newcomer.bytes.size();
    for (const auto& [id, connection] : connections_)
      bytes += connection->unsent();
    return bytes;
  };
  const auto streams = [&] {
    std::size_t number = 0;
    for (const auto& [id, connection] : connections_)
      if (connection->streams) ++number;
    return number;
  };
  while (unsent() > limits_.unsent_bytes_max)
    if (!drop_slowest(false)) return false;
  while (newcomer.rest && streams() >= limits_.streams_max)
    if (!drop_slowest(true)) return false;
  return true;
}

}  // namespace reinfer::http
