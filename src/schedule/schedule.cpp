#include "schedule/schedule.h"

#include <algorithm>

#include "base/hash.h"

namespace reinfer {

using namespace std::chrono_literals;

Nanoseconds phase_of(const Target& target) {
  const std::uint64_t hash = stable_hash(target.tenant_name + "/" + target.probe);
  return Nanoseconds(
      static_cast<Nanoseconds::rep>(hash % static_cast<std::uint64_t>(target.interval.count())));
}

Nanoseconds lateness_max(Nanoseconds interval) {
  return std::min<Nanoseconds>(interval / 2, 1s);
}

Schedule::Schedule(const Plan& plan, Instant now) {
  const Nanoseconds since_epoch = now.wall.time_since_epoch();
  for (std::size_t i = 0; i < plan.targets().size(); ++i) {
    const Target& target = plan.targets()[i];
    const Nanoseconds into_slot = (since_epoch - phase_of(target)) % target.interval;
    const Nanoseconds to_next = (target.interval - into_slot) % target.interval;
    queue_.push({now.mono + to_next, TargetIndex(i), target.interval});
  }
}

std::vector<Due> Schedule::take_due(MonoTime now) {
  std::vector<Due> due;
  while (!queue_.empty() && queue_.top().slot <= now) {
    Entry entry = queue_.top();
    queue_.pop();
    const auto passed = static_cast<std::uint64_t>((now - entry.slot) / entry.interval);
    const MonoTime latest = entry.slot + entry.interval * static_cast<Nanoseconds::rep>(passed);
    const bool probe = now - latest <= lateness_max(entry.interval);
    due.push_back({entry.target, latest, probe, probe ? passed : passed + 1});
    entry.slot = latest + entry.interval;
    queue_.push(entry);
  }
  return due;
}

MonoTime Schedule::next_due() const {
  return queue_.empty() ? MonoTime::max() : queue_.top().slot;
}

}  // namespace reinfer
