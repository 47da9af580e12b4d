// Decides whether the probe loops are alive: each counts its turns, and one that was woken and has
// not turned since the last look is stuck. Used by the main thread, which feeds the service
// manager's watchdog only while none is. A plain value: it wakes nobody and knows no clock.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace reinfer::app {

class LoopWatch {
 public:
  // `turns` are those before the loops are woken for the first time.
  explicit LoopWatch(std::vector<std::uint64_t> turns) : turns_(std::move(turns)) {}

  // The positions of the loops that have not turned since the last look, in order. `turns` are
  // those before the loops are woken again.
  std::vector<std::size_t> look(std::vector<std::uint64_t> turns);

 private:
  std::vector<std::uint64_t> turns_;
};

}  // namespace reinfer::app
