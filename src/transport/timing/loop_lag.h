// The moment up to which the event loop has handled every event. Deadlines are compared with it and
// not with the clock: a reply that arrived in time is in time, however late the loop handles it.
// Also says when the loop has left events unhandled for too long. Used by CurlTransport's loop on
// the probe thread. Pure: it knows neither sockets nor exchanges.
#pragma once

#include <cstddef>
#include <optional>

#include "base/clock.h"

namespace reinfer::transport {

class LoopLag {
 public:
  explicit LoopLag(base::MonoTime now) : handled_up_to_(now) {}

  // One iteration: at `asked` the loop asked for at most `room` events of `sockets` sockets, got
  // `ready` events and handled `handled` of them.
  struct Turn {
    base::MonoTime asked;
    std::size_t ready = 0;
    std::size_t handled = 0;
    std::size_t room = 0;
    std::size_t sockets = 0;
  };
  void note(const Turn& turn);

  // Every event that was ready at this moment is handled.
  base::MonoTime handled_up_to() const { return handled_up_to_; }
  // Whether the iteration that begins now handles every event, although a slot is due at `slot`
  // (MonoTime::min(): no slot is due, the loop must only not sleep). It does if events were left
  // unhandled in one iteration after the other for too long. It also does if the slot has been due
  // for so long that the process must have been stopped: exchanges that ended meanwhile must make
  // room for the new one.
  bool takes_all(base::MonoTime now, base::MonoTime slot) const;

 private:
  base::MonoTime handled_up_to_;
  // Since when there are more events than room, and how many were handled since.
  std::optional<base::MonoTime> crowded_since_;
  std::size_t crowd_handled_ = 0;
  std::optional<base::MonoTime> leaving_since_;
};

}  // namespace reinfer::transport
