#include "probe/rounds.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "schedule/schedule.h"

namespace reinfer::probe {

Rounds::Rounds(const model::Plan& plan, const base::Clock& clock, transport::Transport& transport,
               credentials::Credentials& credentials, PaidBudget& paid, const base::Log& log,
               std::uint64_t seed, RoundsOptions wanted)
    : plan_(plan),
      clock_(clock),
      transport_(transport),
      credentials_(credentials),
      wanted_(std::move(wanted)),
      admission_(plan, paid),
      prober_(plan, clock, transport, credentials, ids_, log, seed,
              [this](model::TargetIndex target) { return may_repeat(target); }) {
  base::check(wanted_.rounds == 1 || wanted_.interval > base::Nanoseconds{0}, "rounds lie apart");
}

RoundsUpdate Rounds::step() {
  RoundsUpdate news;
  begin_due(clock_.now(), news);
  start_waiting(news);
  prober_.advance(news.results);
  const bool told = !news.results.empty() || !news.skips.empty();
  for (transport::Completion& completion :
       transport_.poll(told ? base::MonoTime::min() : next_event()))
    prober_.take(completion, news.results);
  for (const model::ProbeResult& result : news.results)
    admission_.note_result(result);
  return news;
}

bool Rounds::done() const {
  return begun_ == wanted_.rounds && waiting_.empty() && prober_.in_flight() == 0;
}

base::MonoTime Rounds::next_event() const {
  const base::MonoTime next = prober_.next_event();
  return begun_ < wanted_.rounds ? std::min(next, next_round_) : next;
}

void Rounds::begin_due(base::Instant now, RoundsUpdate& news) {
  if (begun_ == 0) next_round_ = now.mono;
  while (begun_ < wanted_.rounds && next_round_ <= now.mono) {
    const bool late =
        is_repeated() && now.mono - next_round_ > schedule::lateness_max(wanted_.interval);
    const bool overtaken =
        begun_ + 1 < wanted_.rounds && next_round_ + wanted_.interval <= now.mono;
    ++begun_;
    next_round_ += wanted_.interval;
    if (!late && !overtaken) {
      begin_round(news);
      continue;
    }
    for (const model::TargetIndex target : wanted_.targets)
      news.skips.push_back({target, model::SkipReason::stall, 1});
  }
}

void Rounds::begin_round(RoundsUpdate& news) {
  // Those of the round before had their time.
  for (const model::TargetIndex target : std::exchange(waiting_, {})) {
    const bool full = prober_.in_flight() >= plan_.limits().probes_in_flight_max;
    news.skips.push_back(
        {target, full ? model::SkipReason::limit : model::SkipReason::credentials, 1});
  }
  for (const model::TargetIndex target : wanted_.targets) {
    if (prober_.in_flight(target))
      news.skips.push_back({target, model::SkipReason::overlap, 1});
    else
      waiting_.push_back(target);
  }
}

void Rounds::start_waiting(RoundsUpdate& news) {
  std::deque<model::TargetIndex> still;
  for (const model::TargetIndex target : std::exchange(waiting_, {})) {
    const bool full = prober_.in_flight() >= plan_.limits().probes_in_flight_max;
    if (full || !start(target, news)) still.push_back(target);
  }
  waiting_ = std::move(still);
}

bool Rounds::start(model::TargetIndex target, RoundsUpdate& news) {
  const model::TenantIndex tenant = plan_.target(target).tenant;
  const base::Instant now = clock_.now();
  if (is_repeated()) {
    credentials_.refresh(tenant, now);
    const bool rejected = credentials_.is_rejected(tenant);
    if (const auto reason = admission_.refuses(target, now, rejected)) {
      news.skips.push_back({target, *reason, 1});
      return true;
    }
  }
  std::optional<model::ProbeResult> ended;
  const Prober::Start started = prober_.start(target, ended);
  if (started == Prober::Start::waits) return false;
  if (started == Prober::Start::sent) admission_.note_sent(target, now);
  if (ended) news.results.push_back(std::move(*ended));
  return true;
}

// The one request more that a replaced token costs counts for the budget too, once repeating.
bool Rounds::may_repeat(model::TargetIndex target) {
  const base::Instant now = clock_.now();
  if (is_repeated() && admission_.refuses(target, now, false)) return false;
  admission_.note_sent(target, now);
  return true;
}

}  // namespace reinfer::probe
