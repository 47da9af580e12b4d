#include "probe/probe_run.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "schedule/schedule.h"

namespace reinfer::probe {

ProbeRun::ProbeRun(const model::Plan& plan, const base::Clock& clock,
                   transport::Transport& transport, credentials::Credentials& credentials,
                   PaidBudget& paid, const base::Log& log, std::uint64_t seed,
                   ProbeRunOptions wanted)
    : plan_(plan),
      clock_(clock),
      transport_(transport),
      credentials_(credentials),
      wanted_(std::move(wanted)),
      admission_(plan, paid),
      prober_(plan, transport, credentials, ids_, log, seed,
              [this](model::TargetIndex target, base::Instant now) {
                return may_repeat(target, now);
              }) {
  base::check(wanted_.rounds == 1 || wanted_.interval > base::Nanoseconds{0}, "rounds lie apart");
}

ProbeRunUpdate ProbeRun::step() {
  ProbeRunUpdate update;
  begin_due(clock_.now(), update);
  start_waiting(update);
  prober_.advance(clock_.now(), update.results);
  const bool has_update = !update.results.empty() || !update.skips.empty();
  for (transport::Completion& completion :
       transport_.poll(has_update ? base::MonoTime::min() : next_event()))
    prober_.take(completion, clock_.now(), update.results);
  for (const model::ProbeResult& result : update.results)
    admission_.note_result(result);
  return update;
}

bool ProbeRun::done() const {
  return begun_ == wanted_.rounds && waiting_.empty() && prober_.in_flight() == 0;
}

base::MonoTime ProbeRun::next_event() const {
  const base::MonoTime next = prober_.next_event();
  return begun_ < wanted_.rounds ? std::min(next, next_round_) : next;
}

void ProbeRun::begin_due(base::Instant now, ProbeRunUpdate& update) {
  if (begun_ == 0) next_round_ = now.mono;
  while (begun_ < wanted_.rounds && next_round_ <= now.mono) {
    const bool late =
        is_repeated() && now.mono - next_round_ > schedule::lateness_max(wanted_.interval);
    const bool overtaken =
        begun_ + 1 < wanted_.rounds && next_round_ + wanted_.interval <= now.mono;
    ++begun_;
    next_round_ += wanted_.interval;
    if (!late && !overtaken) {
      begin_round(update);
      continue;
    }
    for (const model::TargetIndex target : wanted_.targets)
      update.skips.push_back({target, model::SkipReason::stall, 1});
  }
}

bool ProbeRun::is_full() const {
  return prober_.in_flight() >= std::min(wanted_.at_once, plan_.limits().probes_in_flight_max);
}

void ProbeRun::begin_round(ProbeRunUpdate& update) {
  // Targets of the previous round that could not be sent until now are first in this one, or a slow
  // target would take the turn of all after it in every round.
  for (const model::TargetIndex target : waiting_)
    update.skips.push_back(
        {target, is_full() ? model::SkipReason::limit : model::SkipReason::credentials, 1});
  for (const model::TargetIndex target : wanted_.targets) {
    if (std::find(waiting_.begin(), waiting_.end(), target) != waiting_.end()) continue;
    if (prober_.in_flight(target))
      update.skips.push_back({target, model::SkipReason::overlap, 1});
    else
      waiting_.push_back(target);
  }
}

void ProbeRun::start_waiting(ProbeRunUpdate& update) {
  std::deque<model::TargetIndex> still;
  for (const model::TargetIndex target : std::exchange(waiting_, {}))
    if (is_full() || !start(target, clock_.now(), update)) still.push_back(target);
  waiting_ = std::move(still);
}

bool ProbeRun::start(model::TargetIndex target, base::Instant now, ProbeRunUpdate& update) {
  const model::TenantIndex tenant = plan_.target(target).tenant;
  if (is_repeated()) {
    credentials_.refresh(tenant, now);
    const bool rejected = credentials_.is_rejected(tenant);
    if (const auto reason = admission_.refuses(target, now, rejected)) {
      update.skips.push_back({target, *reason, 1});
      return true;
    }
  }
  auto token = credentials_.token(tenant, now);
  if (token) admission_.note_sent(target, now);
  Prober::Start started = prober_.start(target, std::move(token), now);
  if (started.kind == Prober::Start::Kind::waits) return false;
  if (started.result) update.results.push_back(std::move(*started.result));
  return true;
}

// The additional request after a replaced token counts against the budget too if there are several
// rounds.
bool ProbeRun::may_repeat(model::TargetIndex target, base::Instant now) {
  if (is_repeated() && admission_.refuses(target, now, false)) return false;
  admission_.note_sent(target, now);
  return true;
}

}  // namespace reinfer::probe
