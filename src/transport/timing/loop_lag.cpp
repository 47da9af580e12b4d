#include "transport/timing/loop_lag.h"

#include <utility>

namespace reinfer::transport {

namespace {

constexpr base::Nanoseconds kLeavingMax = std::chrono::milliseconds(50);
constexpr base::Nanoseconds kSlotLateMax = std::chrono::milliseconds(50);

}  // namespace

bool LoopLag::takes_all(base::MonoTime now, base::MonoTime slot) const {
  const bool starves = leaving_since_ && now - *leaving_since_ > kLeavingMax;
  return starves || (slot != base::MonoTime::min() && now - kSlotLateMax > slot);
}

void LoopLag::note(const Turn& turn) {
  if (turn.handled < turn.ready) {
    if (!leaving_since_) leaving_since_ = turn.asked;
    return;
  }
  leaving_since_.reset();
  if (turn.ready < turn.room) {
    handled_up_to_ = turn.asked;
    crowded_since_.reset();
    return;
  }
  if (!crowded_since_) {
    crowded_since_ = turn.asked;
    crowd_handled_ = 0;
  }
  crowd_handled_ += turn.handled;
  // The kernel reports ready sockets in turn: epoll_wait(2).
  if (crowd_handled_ >= turn.sockets) handled_up_to_ = *std::exchange(crowded_since_, std::nullopt);
}

}  // namespace reinfer::transport
