#include "probe/on_demand_probes.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace reinfer::probe {
namespace {

model::Refusal refusal_of(model::SkipReason reason) {
  switch (reason) {
    case model::SkipReason::throttled:
      return model::Refusal::throttled;
    case model::SkipReason::credentials:
      return model::Refusal::credentials;
    case model::SkipReason::budget:
      return model::Refusal::budget;
    case model::SkipReason::overlap:
    case model::SkipReason::limit:
    case model::SkipReason::stall:
      break;
  }
  return model::Refusal::limit;
}

}  // namespace

OnDemandProbes::OnDemandProbes(std::shared_ptr<const model::Plan> plan,
                               transport::Transport& transport,
                               credentials::Credentials& credentials, Admission& admission,
                               transport::ProbeIds& ids, const base::Log& log, std::uint64_t seed)
    : credentials_(credentials),
      admission_(admission),
      plan_(std::move(plan)),
      // A client who asked for one probe gets one request; a rejected token is an answer too.
      prober_(*plan_, transport, credentials, ids, log, seed,
              [](model::TargetIndex, base::Instant) { return false; }) {}

void OnDemandProbes::close() {
  for (Waiting& waiting : std::exchange(waiting_, {}))
    waiting.answer.set_value(tl::unexpected(model::Refusal::stopping));
}

void OnDemandProbes::adopt(std::shared_ptr<const model::Plan> plan,
                           const model::PlanChange& change) {
  prober_.adopt(*plan, change);
  plan_ = std::move(plan);
  for (Waiting& waiting : std::exchange(waiting_, {})) {
    if (const auto now = change.targets_now.at(model::to_size(waiting.target)))
      waiting_.push_back({waiting.id, *now, std::move(waiting.answer)});
    else
      waiting.answer.set_value(tl::unexpected(model::Refusal::unknown_target));
  }
}

void OnDemandProbes::accept(std::vector<OnDemandRequest> requests, const HasRoom& has_room,
                            base::Instant now) {
  for (OnDemandRequest& request : requests) {
    const auto target = plan_->find_target(request.tenant, request.probe);
    if (!target) {
      request.answer.set_value(tl::unexpected(model::Refusal::unknown_target));
      continue;
    }
    waiting_.push_back({request.id, *target, std::move(request.answer)});
    if (prober_.in_flight(*target)) continue;
    if (const auto refusal = start(*target, has_room, request.time_max, now))
      answer(*target, tl::unexpected(*refusal));
  }
}

std::optional<model::Refusal> OnDemandProbes::start(model::TargetIndex target,
                                                    const HasRoom& has_room,
                                                    base::Nanoseconds time_max, base::Instant now) {
  const model::TenantIndex tenant = plan_->target(target).tenant;
  credentials_.refresh(tenant, now);
  if (const auto reason = admission_.refuses(target, now, credentials_.is_rejected(tenant)))
    return refusal_of(*reason);
  auto token = credentials_.token(tenant, now);
  if (!token && token.error().pending) return model::Refusal::credentials;
  if (!has_room()) return model::Refusal::limit;
  // Without a token nothing is sent, so nothing counts against the tenant's limits.
  if (token) admission_.note_sent(target, now);
  const Prober::Start started = prober_.start(target, std::move(token), now, time_max);
  base::check(started.kind != Prober::Start::Kind::waits, "a pending token was refused before");
  if (started.result) deliver({*started.result});
  return std::nullopt;
}

void OnDemandProbes::give_up(const std::vector<OnDemandId>& requests) {
  for (Waiting& waiting : std::exchange(waiting_, {})) {
    if (std::find(requests.begin(), requests.end(), waiting.id) != requests.end())
      waiting.answer.set_value(tl::unexpected(model::Refusal::given_up));
    else
      waiting_.push_back(std::move(waiting));
  }
}

bool OnDemandProbes::take(transport::Completion& completion, base::Instant now) {
  std::vector<model::ProbeResult> results;
  const bool ours = prober_.take(completion, now, results);
  deliver(results);
  return ours;
}

void OnDemandProbes::advance(base::Instant now) {
  std::vector<model::ProbeResult> results;
  prober_.advance(now, results);
  deliver(results);
}

void OnDemandProbes::deliver(const std::vector<model::ProbeResult>& results) {
  for (const model::ProbeResult& result : results) {
    admission_.note_result(result);
    answer(result.target, model::OnDemandResult{plan_, result});
  }
}

void OnDemandProbes::answer(model::TargetIndex target, const model::OnDemandAnswer& answer) {
  for (Waiting& waiting : std::exchange(waiting_, {})) {
    if (waiting.target == target)
      waiting.answer.set_value(answer);
    else
      waiting_.push_back(std::move(waiting));
  }
}

}  // namespace reinfer::probe
