// What an operator's log says of probes: a line for each change of outcome, a line for each failure
// but at most one a minute and target, with a count of those left out. Owned by one probe thread.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/log.h"
#include "model/plan.h"
#include "model/plan_change.h"
#include "model/probe_result.h"

namespace reinfer {

class Reporter {
 public:
  // Both outlive it.
  Reporter(const Plan& plan, const Log& log);

  void adopt(const Plan& plan, const PlanChange& change);
  void report(const ProbeResult& result);
  void report_missed(TargetIndex target, std::uint64_t slots);

 private:
  struct TargetState {
    std::optional<Outcome> outcome;
    MonoTime since{};  // when it took that outcome
    MonoTime last_line{};
    std::uint64_t left_out = 0;  // failures since the last line
  };

  void write(const ProbeResult& result, const TargetState& before);

  const Plan* plan_;
  const Log& log_;
  std::vector<TargetState> targets_;
};

}  // namespace reinfer
