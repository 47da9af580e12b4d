#include "probe/result_logger.h"

#include <string>

#include "base/duration.h"

namespace reinfer::probe {

ResultLogger::ResultLogger(const model::Plan& plan, const base::Log& log)
    : plan_(&plan), log_(log), states_(plan.targets().size()) {}

void ResultLogger::adopt(const model::Plan& plan, const model::PlanChange& change) {
  plan_ = &plan;
  states_ = model::carry_over(change.targets, states_, [](std::size_t) { return StateTracker{}; });
}

void ResultLogger::report(const model::ProbeResult& result) {
  StateTracker& state = states_.at(model::to_size(result.target));
  if (const auto news = state.take(result.outcome, result.finished.mono)) write(result, *news);
}

void ResultLogger::write(const model::ProbeResult& result, const StateChange& news) {
  const model::Target& target = plan_->target(result.target);
  const auto fields = {
      base::LogField{"tenant", target.tenant_name},
      base::LogField{"probe", target.probe},
      base::LogField{"outcome", model::to_label(result.outcome)},
      base::LogField{"fault", model::to_label(model::fault_of(result.outcome))},
      base::LogField{"before", news.before ? model::to_label(*news.before) : "unknown"},
      base::LogField{"after",
                     news.after > base::Nanoseconds{0} ? base::describe_duration(news.after) : ""},
      base::LogField{"changes_left_out", news.changes_left_out},
      base::LogField{"left_out", news.failures_left_out},
      base::LogField{"http_status",
                     result.http_status ? std::to_string(*result.http_status) : "none"},
      base::LogField{"message", result.message},
      base::LogField{"request_id", result.request_id},
      base::LogField{"address", result.remote_address},
  };
  const std::string event = describe(news, target.tenant_name + "/" + target.probe);
  if (news.kind == StateChange::Kind::still)
    log_.warn(event, fields);
  else
    log_.info(event, fields);
}

void ResultLogger::report_missed(model::TargetIndex index, std::uint64_t slots) {
  const model::Target& target = plan_->target(index);
  log_.warn(
      "slots missed, the probe loop was stalled",
      {{"tenant", target.tenant_name}, {"probe", target.probe}, {"slots", std::to_string(slots)}});
}

}  // namespace reinfer::probe
