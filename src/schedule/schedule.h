// The grid. Each target is due at fixed times, `interval` apart, shifted by a phase derived from a
// stable hash of its tenant and probe, so that load spreads evenly and every restart and every
// replica finds the same grid. A passive queue: it never waits and reads no clock; the Engine asks
// which slots are due and when the next one comes. Every slot is returned exactly once, to be
// probed or to be counted as missed. Owned by one probe thread.
#pragma once

#include <cstdint>
#include <queue>
#include <string>
#include <vector>

#include "base/clock.h"
#include "model/plan.h"

namespace reinfer::schedule {

// One series of slots; `key` determines the phase.
struct Grid {
  std::string key;
  base::Nanoseconds interval{};
  bool operator==(const Grid&) const = default;
};

// The slots of one grid that came since the last take_due().
struct Due {
  std::size_t grid = 0;      // position in the schedule's list
  base::MonoTime slot{};     // the latest of them
  bool probe = false;        // `slot` is to be probed now; false if it is too late for that
  std::uint64_t missed = 0;  // slots that came too late to be probed; `slot` is one of them if
                             // `probe` is false
};

class Schedule {
 public:
  // The first slots are at or after `now`, aligned to the wall clock. From then on they follow the
  // monotonic clock, even if the wall clock is set.
  Schedule(const std::vector<Grid>& grids, base::Instant now);

  // Replaces the grids. A grid with the same key and interval as before keeps its next slot, even
  // one that is due but not yet taken; the others begin as in the constructor.
  void adopt(const std::vector<Grid>& grids, base::Instant now);

  // All slots up to `now`, earliest first; slots of the same time in the order of the grids.
  std::vector<Due> take_due(base::MonoTime now);

  // The time of the next slot; MonoTime::max() if there are no grids.
  base::MonoTime next_due() const;

 private:
  struct Entry {
    base::MonoTime slot;
    std::size_t grid;
    base::Nanoseconds interval;
    bool operator>(const Entry& other) const {
      return slot != other.slot ? slot > other.slot : grid > other.grid;
    }
  };

  std::vector<Grid> grids_;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue_;
};

// The offset of a grid, in [0, interval); it never changes.
base::Nanoseconds phase_of(const Grid& grid);

// The grids of a plan's targets and controls, in the plan's order.
Grid grid_of(const model::Target& target);
std::vector<Grid> target_grids(const model::Plan& plan);
std::vector<Grid> control_grids(const model::Plan& plan);

// A slot is still probed if the loop is at most this late. Later it counts as missed: after a
// stall, probing all missed slots would be a burst off the grid.
base::Nanoseconds lateness_max(base::Nanoseconds interval);

}  // namespace reinfer::schedule
