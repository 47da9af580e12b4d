// Counts the paid probes of each tenant by UTC day, and decides whether it may have another. With a
// state file the count survives a restart: the file is written before each paid request is sent, so
// a crash can only count too many, never too few. Shared by all probe threads; any thread.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "base/log.h"
#include "model/target.h"

namespace reinfer::probe {

class PaidBudget {
 public:
  // `state_file`: keeps the counts; empty for none. A file that cannot be read counts as empty, a
  // failed write is logged each time; neither stops the probes.
  PaidBudget(std::string state_file, const base::Log& log);

  // Counts are kept by the tenant's name and survive a reload.
  bool may_spend(const model::Tenant& tenant, base::WallTime now) const;
  void spend(const model::Tenant& tenant, base::WallTime now);

 private:
  struct Spent {
    long long day = 0;  // since the Unix epoch
    std::size_t count = 0;
  };

  long long day_of(const Spent& spent, base::WallTime now) const;
  void load();
  void save() const;

  // Constant after construction.
  const std::string state_file_;
  const base::Log& log_;

  // Guarded by mutex_.
  mutable std::mutex mutex_;
  std::map<std::string, Spent> spent_;  // by tenant name
};

}  // namespace reinfer::probe
