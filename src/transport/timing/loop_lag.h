// Up to when the event loop has seen to everything, which is the time that deadlines go by: of what
// came in time none is too late, however late the loop is with it. Also says when the loop has put
// some of it off for too long. Used by CurlTransport's loop on the probe thread; pure.
#pragma once

#include <cstddef>
#include <optional>

#include "base/clock.h"

namespace reinfer::transport {

class LoopLag {
 public:
  explicit LoopLag(base::MonoTime now) : handled_up_to_(now) {}

  // The loop asked for `room` ready sockets of `sockets` at `asked`, was told `ready`, and has
  // handled so many of these.
  struct Turn {
    base::MonoTime asked;
    std::size_t ready = 0;
    std::size_t handled = 0;
    std::size_t room = 0;
    std::size_t sockets = 0;
  };
  void note(const Turn& turn);

  // All that was ready then has been handled since.
  base::MonoTime handled_up_to() const { return handled_up_to_; }
  // Whether the turn that begins now is to handle all that is ready, although a slot is due at
  // `slot` (MonoTime::min(): none is, the loop is only not to sleep). So it is where some of it has
  // been left, turn by turn, for too long, and where the slot has been due for so long that the
  // process must have been stopped: what has ended meanwhile must not be in its way.
  bool takes_all(base::MonoTime now, base::MonoTime slot) const;

 private:
  base::MonoTime handled_up_to_;
  // There was more than room for it, since then, and so much has been handled.
  std::optional<base::MonoTime> crowded_since_;
  std::size_t crowd_handled_ = 0;
  std::optional<base::MonoTime> leaving_since_;
};

}  // namespace reinfer::transport
