// What an operator's log says of probes: a line for each change of outcome, and now and then that a
// failure lasts; never a line for each probe, however a target flaps. Owned by one probe thread.
#pragma once

#include <cstdint>
#include <vector>

#include "base/log.h"
#include "model/plan.h"
#include "model/plan_change.h"
#include "model/probe_result.h"
#include "probe/state_change.h"

namespace reinfer {

class Reporter {
 public:
  // Both outlive it.
  Reporter(const Plan& plan, const Log& log);

  void adopt(const Plan& plan, const PlanChange& change);
  void report(const ProbeResult& result);
  void report_missed(TargetIndex target, std::uint64_t slots);

 private:
  void write(const ProbeResult& result, const StateNews& news);

  const Plan* plan_;
  const Log& log_;
  std::vector<StateKeeper> states_;  // by target
};

}  // namespace reinfer
