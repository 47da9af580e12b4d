// How many paid probes each tenant has had today (UTC), and whether it may have another. With a
// state file the count survives a restart: it is written before each paid request leaves, so a
// crash can only count too many, never too few. One for all probe threads; any thread.
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
  // `state_file`: where the counts are kept, empty for nowhere. One that cannot be read counts as
  // empty, one that cannot be written is reported each time; neither stops the probes.
  PaidBudget(std::string state_file, const base::Log& log);

  // Counts belong to the tenant's name, and outlast a reload.
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
