#include "probe/result_logger.h"

#include <string>

#include "base/duration.h"

namespace reinfer::probe {
namespace {

// A field without a value is not written.
template <class Number>
std::string unless_zero(Number count) {
  return count == 0 ? "" : std::to_string(count);
}

}  // namespace

ResultLogger::ResultLogger(const model::Plan& plan, const base::Log& log)
    : plan_(&plan), log_(log), states_(plan.targets().size()) {}

void ResultLogger::recall(const record::SharedList<record::TargetRecord>& targets) {
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const record::HealthState& health = targets[i].health;
    if (health.trouble)
      states_.at(i).recall(health.trouble->outcome, health.trouble->since.mono);
    else if (health.good_since)
      states_.at(i).recall(model::Outcome::ok, health.good_since->mono);
  }
}

void ResultLogger::adopt(const model::Plan& plan, const model::PlanChange& change) {
  plan_ = &plan;
  states_ = model::carry_over(change.targets, states_, [](std::size_t) { return StateTracker{}; });
}

void ResultLogger::log_result(const model::ProbeResult& result) {
  StateTracker& state = states_.at(model::to_size(result.target));
  if (const auto change = state.take(result.outcome, result.finished.mono)) write(result, *change);
}

void ResultLogger::write(const model::ProbeResult& result, const StateChange& change) {
  const model::Target& target = plan_->target(result.target);
  const model::Fault fault = model::fault_of(result.outcome);
  const auto fields = {
      base::LogField{"tenant", target.tenant_name},
      base::LogField{"probe", target.probe},
      base::LogField{"outcome", model::to_label(result.outcome)},
      base::LogField{"fault", fault == model::Fault::none ? "" : model::to_label(fault)},
      base::LogField{"before", change.before ? model::to_label(*change.before) : ""},
      base::LogField{"after", change.after > base::Nanoseconds{0}
                                  ? base::describe_duration(change.after)
                                  : ""},
      base::LogField{"changes_left_out", unless_zero(change.changes_left_out)},
      base::LogField{"left_out", unless_zero(change.failures_left_out)},
      base::LogField{"http_status", unless_zero(result.http_status.value_or(0))},
      base::LogField{"message", result.message},
      base::LogField{"request_id", result.request_id},
      base::LogField{"address", result.remote_address},
  };
  const std::string event = describe(change, target.tenant_name + "/" + target.probe);
  if (change.kind == StateChange::Kind::still)
    log_.warn(event, fields);
  else
    log_.info(event, fields);
}

void ResultLogger::log_missed_slots(model::TargetIndex index, std::uint64_t slots) {
  const model::Target& target = plan_->target(index);
  log_.warn(
      "slots missed, the probe loop was stalled",
      {{"tenant", target.tenant_name}, {"probe", target.probe}, {"slots", std::to_string(slots)}});
}

}  // namespace reinfer::probe
