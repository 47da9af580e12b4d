// The grid. Each target is due at fixed points of time, `interval` apart, shifted by a phase that
// comes from a stable hash of its tenant and probe, so that load spreads evenly and every restart
// and every replica finds the same grid. A passive queue: it never waits and reads no clock; the
// Engine asks what is due and when to ask again. Every slot is handed out exactly once, to be
// probed or to be counted as missed. Owned by one probe thread.
#pragma once

#include <cstdint>
#include <queue>
#include <string>
#include <vector>

#include "base/clock.h"
#include "model/plan.h"

namespace reinfer::schedule {

// What stands on the grid: `key` gives the phase.
struct Grid {
  std::string key;
  base::Nanoseconds interval{};
  bool operator==(const Grid&) const = default;
};

// Slots of one grid that have come since they were last asked for.
struct Due {
  std::size_t grid = 0;      // position in the schedule's list
  base::MonoTime slot{};     // the latest of them
  bool probe = false;        // whether `slot` is to be probed now; false if it is too late for it
  std::uint64_t missed = 0;  // slots that passed unseen because nobody asked in time, `slot` not
                             // among them unless `probe` is false
};

class Schedule {
 public:
  // Slots are at or after `now`. They are aligned to the wall clock as it reads now, and keep
  // their distance by the monotonic clock from then on, whatever the wall clock does.
  Schedule(const std::vector<Grid>& grids, base::Instant now);

  // From now on these are the grids. One that is as it was, by key and interval, goes on where it
  // stands, slots that are due but not yet taken included; others begin as in the constructor.
  void adopt(const std::vector<Grid>& grids, base::Instant now);

  // All slots up to `now`, earliest first, in the list's order where they coincide.
  std::vector<Due> take_due(base::MonoTime now);

  // When the next slot comes; MonoTime::max() if there are no grids.
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

// Where on its grid something stands: [0, interval), the same for ever.
base::Nanoseconds phase_of(const Grid& grid);

// The grids of a plan's targets and controls, in the plan's order.
Grid grid_of(const model::Target& target);
std::vector<Grid> target_grids(const model::Plan& plan);
std::vector<Grid> control_grids(const model::Plan& plan);

// A slot is still probed if the loop comes this late for it; later, it is missed: probing it would
// make a burst of everything that came due during a stall, off the grid.
base::Nanoseconds lateness_max(base::Nanoseconds interval);

}  // namespace reinfer::schedule
