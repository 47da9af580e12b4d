// When connections are due: a queue of deadlines in the order of time. The connection loop asks it
// how long to wait and which connections have run out of time. It owns no connection and reads no
// clock. One thread.
#pragma once

#include <optional>
#include <set>
#include <utility>

#include "base/clock.h"
#include "http/client_exchange.h"

namespace reinfer::http {

class Deadlines {
 public:
  // Replaces the connection's deadline `current`; MonoTime::max() means none.
  void move(ConnectionId id, base::MonoTime& current, base::MonoTime to) {
    queue_.erase({current, id});
    current = to;
    if (to != base::MonoTime::max()) queue_.insert({to, id});
  }

  // The earliest deadline; MonoTime::max() without any.
  base::MonoTime next() const {
    return queue_.empty() ? base::MonoTime::max() : queue_.begin()->first;
  }

  // The connection that has been due for longest.
  std::optional<ConnectionId> due(base::MonoTime now) const {
    return next() <= now && !queue_.empty() ? std::optional(queue_.begin()->second) : std::nullopt;
  }

 private:
  std::set<std::pair<base::MonoTime, ConnectionId>> queue_;
};

}  // namespace reinfer::http
