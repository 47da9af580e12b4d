// The one limit of probes in flight, exact over all probe threads: each takes a place before it
// sends, and gives it back when the probe is over. InFlightLimit is shared and any thread may use
// it; InFlightShare is one engine's and belongs to its thread. It knows no probe and no tenant.
#pragma once

#include <atomic>
#include <cstddef>

namespace reinfer::probe {

class InFlightLimit {
 public:
  // False if `most` places are taken. While a reload is under way threads may ask with different
  // numbers.
  bool take(std::size_t most) {
    std::size_t taken = taken_;
    do {
      if (taken >= most) return false;
    } while (!taken_.compare_exchange_weak(taken, taken + 1));
    return true;
  }
  void give_back(std::size_t places) { taken_ -= places; }
  std::size_t taken() const { return taken_; }

 private:
  std::atomic<std::size_t> taken_{0};
};

class InFlightShare {
 public:
  explicit InFlightShare(InFlightLimit& limit) : limit_(limit) {}
  ~InFlightShare() { settle(0); }
  InFlightShare(const InFlightShare&) = delete;
  InFlightShare& operator=(const InFlightShare&) = delete;

  // A place for one more probe, which settle() takes back if the probe was not sent after all.
  bool take(std::size_t most) {
    const bool has_place = limit_.take(most);
    if (has_place) ++taken_;
    return has_place;
  }
  // So many probes of this engine are in flight.
  void settle(std::size_t in_flight) {
    if (in_flight >= taken_) return;
    limit_.give_back(taken_ - in_flight);
    taken_ = in_flight;
  }

 private:
  InFlightLimit& limit_;
  std::size_t taken_ = 0;
};

}  // namespace reinfer::probe
