#include "schedule/schedule.h"

#include <algorithm>
#include <unordered_map>

#include "base/hash.h"

namespace reinfer::schedule {

using namespace std::chrono_literals;

base::Nanoseconds phase_of(const Grid& grid) {
  return base::Nanoseconds(static_cast<base::Nanoseconds::rep>(
      base::stable_hash(grid.key) % static_cast<std::uint64_t>(grid.interval.count())));
}

Grid grid_of(const model::Target& target) {
  return {target.tenant_name + "/" + target.probe, target.interval};
}

std::vector<Grid> target_grids(const model::Plan& plan) {
  std::vector<Grid> grids;
  for (const model::Target& target : plan.targets())
    grids.push_back(grid_of(target));
  return grids;
}

std::vector<Grid> control_grids(const model::Plan& plan) {
  std::vector<Grid> grids;
  for (const model::Control& control : plan.controls())
    grids.push_back({"control " + control.name, control.interval});
  return grids;
}

base::Nanoseconds lateness_max(base::Nanoseconds interval) {
  return std::min<base::Nanoseconds>(interval / 2, 1s);
}

Schedule::Schedule(const std::vector<Grid>& grids, base::Instant now) {
  adopt(grids, now);
}

void Schedule::adopt(const std::vector<Grid>& grids, base::Instant now) {
  std::unordered_map<std::string, Entry> before;
  for (; !queue_.empty(); queue_.pop())
    before.emplace(grids_[queue_.top().grid].key, queue_.top());
  grids_ = grids;
  const base::Nanoseconds since_epoch = now.wall.time_since_epoch();
  for (std::size_t i = 0; i < grids.size(); ++i) {
    const base::Nanoseconds interval = grids[i].interval;
    const auto kept = before.find(grids[i].key);
    if (kept != before.end() && kept->second.interval == interval) {
      queue_.push({kept->second.slot, i, interval});
      continue;
    }
    const base::Nanoseconds into_slot = (since_epoch - phase_of(grids[i])) % interval;
    queue_.push({now.mono + (interval - into_slot) % interval, i, interval});
  }
}

std::vector<Due> Schedule::take_due(base::MonoTime now) {
  std::vector<Due> due;
  while (!queue_.empty() && queue_.top().slot <= now) {
    Entry entry = queue_.top();
    queue_.pop();
    const auto passed = static_cast<std::uint64_t>((now - entry.slot) / entry.interval);
    const base::MonoTime latest =
        entry.slot + entry.interval * static_cast<base::Nanoseconds::rep>(passed);
    const bool probe = now - latest <= lateness_max(entry.interval);
    due.push_back({entry.grid, latest, probe, probe ? passed : passed + 1});
    entry.slot = latest + entry.interval;
    queue_.push(entry);
  }
  return due;
}

base::MonoTime Schedule::next_due() const {
  return queue_.empty() ? base::MonoTime::max() : queue_.top().slot;
}

}  // namespace reinfer::schedule
