// How many paid probes each tenant has had today (UTC), and whether it may have another. With a
// state file the count survives a restart: it is written before each paid request leaves, so a
// crash can only count too many, never too few. Owned by one probe thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/log.h"
#include "model/plan.h"

namespace reinfer {

class PaidBudget {
 public:
  // `state_file`: where the counts are kept, empty for nowhere. One that cannot be read counts as
  // empty, one that cannot be written is reported each time; neither stops the probes.
  PaidBudget(const Plan& plan, std::string state_file, const Log& log);

  // From now on `plan` holds. Counts stay with the tenants' names.
  void adopt(const Plan& plan) { plan_ = &plan; }

  bool may_spend(TenantIndex tenant, WallTime now) const;
  void spend(TenantIndex tenant, WallTime now);

 private:
  struct Spent {
    long long day = 0;  // since the Unix epoch
    std::size_t count = 0;
  };

  long long day_of(const Spent& spent, WallTime now) const;
  void load();
  void save() const;

  const Plan* plan_;
  const std::string state_file_;
  const Log& log_;
  std::map<std::string, Spent> spent_;  // by tenant name
};

}  // namespace reinfer
