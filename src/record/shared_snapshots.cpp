#include "record/shared_snapshots.h"

namespace reinfer::record {

std::shared_ptr<const Snapshot> SharedSnapshots::get(base::MonoTime now,
                                                     const std::function<Snapshot()>& take) {
  const base::MutexLock lock(mutex_);
  std::erase_if(read_, [](const auto& snapshot) { return snapshot.expired(); });
  long readers = 0;
  for (const auto& snapshot : read_)
    readers += snapshot.use_count();
  if (readers >= kReadersAlone && now - newest_taken_ < kAgeMax)
    if (std::shared_ptr<const Snapshot> newest = read_.back().lock()) return newest;
  auto snapshot = std::make_shared<const Snapshot>(take());
  newest_taken_ = now;
  read_.push_back(snapshot);
  return snapshot;
}

}  // namespace reinfer::record
