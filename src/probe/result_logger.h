// Writes the log lines about probes: one for each change of outcome, and now and then one for a
// failure that lasts; never one for each probe, however often a target flaps. Owned by one probe
// thread. state_change.h decides which results are logged.
#pragma once

#include <cstdint>
#include <vector>

#include "base/log.h"
#include "model/plan.h"
#include "model/plan_change.h"
#include "model/probe_result.h"
#include "probe/state_change.h"
#include "record/snapshot.h"

namespace reinfer::probe {

class ResultLogger {
 public:
  // Both outlive it.
  ResultLogger(const model::Plan& plan, const base::Log& log);

  // Takes over the states of an earlier process from the ledger; call it before the first result.
  void recall(const record::SharedList<record::TargetRecord>& targets);
  void adopt(const model::Plan& plan, const model::PlanChange& change);
  void log_result(const model::ProbeResult& result);
  void log_missed_slots(model::TargetIndex target, std::uint64_t slots);

 private:
  void write(const model::ProbeResult& result, const StateChange& change);

  const model::Plan* plan_;
  const base::Log& log_;
  std::vector<StateTracker> states_;  // by target
};

}  // namespace reinfer::probe
