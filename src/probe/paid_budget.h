// Counts the paid probes of each tenant by UTC day, and decides whether it may have another. With a
// state file the count survives a restart: a paid probe is on disk before it may be sent, so a
// crash or a power cut can only count too many, never too few. Shared by all probe threads; any
// thread. It blocks on the disk, for paid probes alone.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/log.h"
#include "base/mutex.h"
#include "model/target.h"

namespace reinfer::probe {

class PaidBudget {
 public:
  // `state_file`: keeps the counts; empty for none. If it cannot be understood, a copy is kept as
  // FILE.broken, and nothing may be spent on the day of the first question: the file would have
  // said how much is spent already. Its successor says so too, for the next start. While the file
  // cannot be written nothing may be spent either. Both are logged.
  PaidBudget(std::string state_file, const base::Log& log);

  // Counts are kept by the tenant's name and survive a reload.
  bool may_spend(const model::Tenant& tenant, base::WallTime now);
  void spend(const model::Tenant& tenant, base::WallTime now);

 private:
  struct Spent {
    long long day = 0;  // since the Unix epoch
    std::size_t count = 0;
    std::size_t stored = 0;  // as in the file: at least `count`, one more for the next probe
  };

  static long long day_of(const Spent& spent, base::WallTime now);
  Spent& spent_today(const model::Tenant& tenant, base::WallTime now) REINFER_REQUIRES(mutex_);
  bool reserve(Spent& spent) REINFER_REQUIRES(mutex_);
  void load() REINFER_REQUIRES(mutex_);
  void note_broken(const std::string& problem) REINFER_REQUIRES(mutex_);
  void replace_broken(long long day) REINFER_REQUIRES(mutex_);
  bool save() const REINFER_REQUIRES(mutex_);

  // Constant after construction.
  const std::string state_file_;
  const base::Log& log_;

  base::Mutex mutex_;
  std::map<std::string, Spent> spent_ REINFER_GUARDED_BY(mutex_);  // by tenant name
  bool broken_ REINFER_GUARDED_BY(mutex_) = false;  // the file is, and has no successor yet
  std::optional<long long> lost_day_
      REINFER_GUARDED_BY(mutex_);  // on which nothing may be spent, after that
};

}  // namespace reinfer::probe
