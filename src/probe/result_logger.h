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

namespace reinfer::probe {

class ResultLogger {
 public:
  // Both outlive it.
  ResultLogger(const model::Plan& plan, const base::Log& log);

  void adopt(const model::Plan& plan, const model::PlanChange& change);
  void report(const model::ProbeResult& result);
  void report_missed(model::TargetIndex target, std::uint64_t slots);

 private:
  void write(const model::ProbeResult& result, const StateChange& news);

  const model::Plan* plan_;
  const base::Log& log_;
  std::vector<StateTracker> states_;  // by target
};

}  // namespace reinfer::probe
