#include "transport/loop_look.h"

#include <utility>

namespace reinfer {

bool LoopLook::starves(MonoTime now) const {
  constexpr Nanoseconds kLeavingMax = std::chrono::milliseconds(50);
  return leaving_since_ && now - *leaving_since_ > kLeavingMax;
}

void LoopLook::note(const Turn& turn) {
  if (turn.handled < turn.ready) {
    if (!leaving_since_) leaving_since_ = turn.asked;
    return;
  }
  leaving_since_.reset();
  if (turn.ready < turn.room) {
    seen_to_ = turn.asked;
    crowded_since_.reset();
    return;
  }
  if (!crowded_since_) {
    crowded_since_ = turn.asked;
    crowd_handled_ = 0;
  }
  crowd_handled_ += turn.handled;
  // The kernel goes round those that are ready: epoll_wait(2).
  if (crowd_handled_ >= turn.sockets) seen_to_ = *std::exchange(crowded_since_, std::nullopt);
}

}  // namespace reinfer
