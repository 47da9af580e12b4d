#include "probe/reporter.h"

#include <string>

#include "base/duration.h"

namespace reinfer {
namespace {

constexpr Nanoseconds kFailureLineInterval = std::chrono::minutes(1);

}  // namespace

Reporter::Reporter(const Plan& plan, const Log& log)
    : plan_(&plan), log_(log), targets_(plan.targets().size()) {}

void Reporter::adopt(const Plan& plan, const PlanChange& change) {
  plan_ = &plan;
  targets_ = carry_over(change.targets, targets_, [](std::size_t) { return TargetState{}; });
}

void Reporter::report(const ProbeResult& result) {
  TargetState& state = targets_.at(to_size(result.target));
  const MonoTime now = result.finished.mono;
  const bool changed = state.outcome != result.outcome;
  const bool failed = result.outcome != Outcome::ok;
  if (!changed && !failed) return;
  if (!changed && now - state.last_line < kFailureLineInterval) {
    ++state.left_out;
    return;
  }
  write(result, state);
  if (changed) state.since = now;
  state.outcome = result.outcome;
  state.last_line = now;
  state.left_out = 0;
}

void Reporter::write(const ProbeResult& result, const TargetState& before) {
  const Target& target = plan_->target(result.target);
  const bool first = !before.outcome.has_value();
  const auto fields = {
      LogField{"tenant", target.tenant_name},
      LogField{"probe", target.probe},
      LogField{"outcome", to_label(result.outcome)},
      LogField{"fault", to_label(fault_of(result.outcome))},
      LogField{"before", first ? "unknown" : to_label(*before.outcome)},
      LogField{"after", first ? "" : describe_duration(result.finished.mono - before.since)},
      LogField{"left_out", std::to_string(before.left_out)},
      LogField{"http_status", result.http_status ? std::to_string(*result.http_status) : "none"},
      LogField{"message", result.message},
      LogField{"request_id", result.request_id},
      LogField{"address", result.remote_address},
  };
  if (result.outcome != Outcome::ok)
    log_.warn("probe fails", fields);
  else
    log_.info(first ? "probe answers" : "probe recovered", fields);
}

void Reporter::report_missed(TargetIndex index, std::uint64_t slots) {
  const Target& target = plan_->target(index);
  log_.warn(
      "slots missed, the probe loop was stalled",
      {{"tenant", target.tenant_name}, {"probe", target.probe}, {"slots", std::to_string(slots)}});
}

}  // namespace reinfer
