// Up to when the event loop has seen to everything, which is the time that deadlines go by: of what
// came in time none is too late, however late the loop is with it. Also says when the loop has put
// some of it off for too long. Used by CurlTransport's loop on the probe thread; pure.
#pragma once

#include <cstddef>
#include <optional>

#include "base/clock.h"

namespace reinfer {

class LoopLook {
 public:
  explicit LoopLook(MonoTime now) : seen_to_(now) {}

  // The loop asked for `room` ready sockets of `sockets` at `asked`, was told `ready`, and has
  // handled so many of these.
  struct Turn {
    MonoTime asked;
    std::size_t ready = 0;
    std::size_t handled = 0;
    std::size_t room = 0;
    std::size_t sockets = 0;
  };
  void note(const Turn& turn);

  // All that was ready then has been handled since.
  MonoTime seen_to() const { return seen_to_; }
  // Whether the turn that begins now is to handle all that is ready, although a slot is due at
  // `slot` (MonoTime::min(): none is, the loop is only not to sleep). So it is where some of it has
  // been left, turn by turn, for too long, and where the slot has been due for so long that the
  // process must have been stopped: what has ended meanwhile must not be in its way.
  bool takes_all(MonoTime now, MonoTime slot) const;

 private:
  MonoTime seen_to_;
  // There was more than room for it, since then, and so much has been handled.
  std::optional<MonoTime> crowded_since_;
  std::size_t crowd_handled_ = 0;
  std::optional<MonoTime> leaving_since_;
};

}  // namespace reinfer
