// Snapshots that several readers share, each as long as it needs one: a crowd of scrapes would
// otherwise keep a copy of every target each. Owned by Ledgers; any thread. It takes no snapshot
// by itself and keeps none that nobody reads.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "record/snapshot.h"

namespace reinfer::record {

class SharedSnapshots {
 public:
  // A snapshot of its own for each reader, until so many read at once.
  static constexpr long kReadersAlone = 4;
  // Then a newcomer shares the newest one, if it is not older than this.
  static constexpr base::Nanoseconds kAgeMax = std::chrono::seconds(1);

  // `take` makes a new one.
  std::shared_ptr<const Snapshot> get(base::MonoTime now, const std::function<Snapshot()>& take);

 private:
  base::Mutex mutex_;
  std::vector<std::weak_ptr<const Snapshot>> read_ REINFER_GUARDED_BY(mutex_);  // the newest last
  base::MonoTime newest_taken_ REINFER_GUARDED_BY(mutex_){};
};

}  // namespace reinfer::record
