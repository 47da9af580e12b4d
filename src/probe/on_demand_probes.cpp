#include "probe/on_demand_probes.h"

#include <utility>

namespace reinfer {
namespace {

Refusal refusal_of(SkipReason reason) {
  switch (reason) {
    case SkipReason::throttled:
      return Refusal::throttled;
    case SkipReason::credentials:
      return Refusal::credentials;
    case SkipReason::budget:
      return Refusal::budget;
    case SkipReason::overlap:
    case SkipReason::limit:
    case SkipReason::stall:
      break;
  }
  return Refusal::limit;
}

}  // namespace

OnDemand::OnDemand(std::shared_ptr<const Plan> plan, const Clock& clock, Transport& transport,
                   Credentials& credentials, Admission& admission, ProbeIds& ids, const Log& log,
                   std::uint64_t seed)
    : clock_(clock),
      credentials_(credentials),
      admission_(admission),
      plan_(std::move(plan)),
      // A second request would have to be asked for again; a rejected token is an answer too.
      prober_(*plan_, clock, transport, credentials, ids, log, seed,
              [](TargetIndex) { return false; }) {}

OnDemand::~OnDemand() {
  for (Waiting& waiting : waiting_)
    waiting.answer.set_value(tl::unexpected(Refusal::stopping));
}

void OnDemand::adopt(std::shared_ptr<const Plan> plan, const PlanChange& change) {
  prober_.adopt(*plan, change);
  plan_ = std::move(plan);
  for (Waiting& waiting : std::exchange(waiting_, {})) {
    if (const auto now = change.targets_now.at(to_size(waiting.target)))
      waiting_.push_back({*now, std::move(waiting.answer)});
    else
      waiting.answer.set_value(tl::unexpected(Refusal::unknown_target));
  }
}

void OnDemand::accept(std::vector<Demand> demands, std::size_t room, Instant now) {
  for (Demand& demand : demands) {
    const auto target = plan_->find_target(demand.tenant, demand.probe);
    if (!target) {
      demand.answer.set_value(tl::unexpected(Refusal::unknown_target));
      continue;
    }
    waiting_.push_back({*target, std::move(demand.answer)});
    if (prober_.in_flight(*target)) continue;
    if (const auto refusal = refuses(*target, room, now)) {
      answer(*target, tl::unexpected(*refusal));
      continue;
    }
    // A token that is not there costs the tenant nothing.
    if (credentials_.token(plan_->target(*target).tenant, now)) admission_.note_sent(*target, now);
    std::optional<ProbeResult> ended;
    if (prober_.start(*target, ended, demand.time_max) == Prober::Start::sent) --room;
    if (ended) deliver({*ended});
  }
}

std::optional<Refusal> OnDemand::refuses(TargetIndex target, std::size_t room, Instant now) {
  const TenantIndex tenant = plan_->target(target).tenant;
  credentials_.refresh(tenant, now);
  if (const auto reason = admission_.refuses(target, now, credentials_.is_rejected(tenant)))
    return refusal_of(*reason);
  const auto token = credentials_.token(tenant, now);
  if (!token && token.error().pending) return Refusal::credentials;
  return room == 0 ? std::optional(Refusal::limit) : std::nullopt;
}

bool OnDemand::take(Completion& completion) {
  std::vector<ProbeResult> results;
  const bool ours = prober_.take(completion, results);
  deliver(results);
  return ours;
}

void OnDemand::advance() {
  std::vector<ProbeResult> results;
  prober_.advance(results);
  deliver(results);
}

void OnDemand::deliver(const std::vector<ProbeResult>& results) {
  for (const ProbeResult& result : results) {
    admission_.note_result(result);
    answer(result.target, OnDemandResult{plan_, result});
  }
}

void OnDemand::answer(TargetIndex target, const OnDemandAnswer& answer) {
  for (Waiting& waiting : std::exchange(waiting_, {})) {
    if (waiting.target == target)
      waiting.answer.set_value(answer);
    else
      waiting_.push_back(std::move(waiting));
  }
}

}  // namespace reinfer
