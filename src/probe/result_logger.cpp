#include "probe/result_logger.h"

#include <string>

#include "base/duration.h"

namespace reinfer {

Reporter::Reporter(const Plan& plan, const Log& log)
    : plan_(&plan), log_(log), states_(plan.targets().size()) {}

void Reporter::adopt(const Plan& plan, const PlanChange& change) {
  plan_ = &plan;
  states_ = carry_over(change.targets, states_, [](std::size_t) { return StateKeeper{}; });
}

void Reporter::report(const ProbeResult& result) {
  StateKeeper& state = states_.at(to_size(result.target));
  if (const auto news = state.take(result.outcome, result.finished.mono)) write(result, *news);
}

void Reporter::write(const ProbeResult& result, const StateNews& news) {
  const Target& target = plan_->target(result.target);
  const auto fields = {
      LogField{"tenant", target.tenant_name},
      LogField{"probe", target.probe},
      LogField{"outcome", to_label(result.outcome)},
      LogField{"fault", to_label(fault_of(result.outcome))},
      LogField{"before", news.before ? to_label(*news.before) : "unknown"},
      LogField{"after", news.after > Nanoseconds{0} ? describe_duration(news.after) : ""},
      LogField{"changes_left_out", news.changes_left_out},
      LogField{"left_out", news.failures_left_out},
      LogField{"http_status", result.http_status ? std::to_string(*result.http_status) : "none"},
      LogField{"message", result.message},
      LogField{"request_id", result.request_id},
      LogField{"address", result.remote_address},
  };
  const std::string event = describe(news, target.tenant_name + "/" + target.probe);
  if (news.kind == StateNews::Kind::still)
    log_.warn(event, fields);
  else
    log_.info(event, fields);
}

void Reporter::report_missed(TargetIndex index, std::uint64_t slots) {
  const Target& target = plan_->target(index);
  log_.warn(
      "slots missed, the probe loop was stalled",
      {{"tenant", target.tenant_name}, {"probe", target.probe}, {"slots", std::to_string(slots)}});
}

}  // namespace reinfer
