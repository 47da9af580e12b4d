#include "probe/engine.h"

#include <algorithm>

namespace reinfer {

Engine::Engine(std::shared_ptr<const Plan> plan, const Clock& clock, Transport& transport,
               Credentials& credentials, PaidBudget& paid, Ledger& ledger, Mailbox& mailbox,
               const Log& log, std::uint64_t seed)
    : clock_(clock),
      transport_(transport),
      credentials_(credentials),
      ledger_(ledger),
      mailbox_(mailbox),
      plan_(std::move(plan)),
      schedule_(target_grids(*plan_), clock.now()),
      admission_(*plan_, paid),
      prober_(*plan_, clock, transport, credentials, ids_, log, seed,
              [this](TargetIndex target) { return may_repeat(target); }),
      on_demand_(plan_, clock, transport, credentials, admission_, ids_, log, ~seed),
      controls_(*plan_, transport, ids_, clock.now()),
      reporter_(*plan_, log),
      token_facts_(plan_->tenants().size()) {}

void Engine::run(const std::function<bool()>& stopped) {
  while (!stopped())
    step(MonoTime::max());
  mailbox_.close();
}

void Engine::step(MonoTime horizon) {
  const Instant now = clock_.now();
  const Nanoseconds waited_before = transport_.waited();
  read_mail(now);
  for (const Due& due : schedule_.take_due(now.mono))
    account_for(due, now);
  controls_.start_due(now);
  wait_and_take(horizon);
  record_tokens();
  const Nanoseconds waited = transport_.waited() - waited_before;
  ledger_.record_busy(clock_.now().mono - now.mono - waited);
}

void Engine::read_mail(Instant now) {
  if (auto plan = mailbox_.take_plan()) {
    adopt(std::move(plan), now);
    mailbox_.note_adopted();
  }
  const std::size_t most = plan_->limits().probes_in_flight_max;
  on_demand_.accept(mailbox_.take_demands(), most - std::min(most, in_flight()), now);
}

void Engine::adopt(std::shared_ptr<const Plan> plan, Instant now) {
  const PlanChange change = compare(*plan_, *plan);
  credentials_.adopt(*plan);
  schedule_.adopt(target_grids(*plan), now);
  admission_.adopt(*plan, change);
  prober_.adopt(*plan, change);
  on_demand_.adopt(plan, change);
  controls_.adopt(*plan, change, now);
  reporter_.adopt(*plan, change);
  ledger_.adopt(plan, change, now);
  token_facts_ = carry_over(change.tenants, token_facts_, [](std::size_t) { return TokenFacts{}; });
  plan_ = std::move(plan);
}

void Engine::account_for(const Due& due, Instant now) {
  const TargetIndex target{static_cast<std::uint32_t>(due.grid)};
  if (due.missed > 0) {
    ledger_.record_skipped(target, SkipReason::stall, due.missed);
    reporter_.report_missed(target, due.missed);
  }
  if (!due.probe) return;
  if (const auto reason = reason_to_skip(target, now))
    ledger_.record_skipped(target, *reason);
  else
    start(target, due.slot, now);
}

std::optional<SkipReason> Engine::reason_to_skip(TargetIndex target, Instant now) {
  if (prober_.in_flight(target)) return SkipReason::overlap;
  if (in_flight() >= plan_->limits().probes_in_flight_max) return SkipReason::limit;
  const TenantIndex tenant = plan_->target(target).tenant;
  // Asked first: a source that was updated meanwhile takes the rejection off.
  credentials_.refresh(tenant, now);
  return admission_.refuses(target, now, credentials_.is_rejected(tenant));
}

void Engine::start(TargetIndex target, MonoTime slot, Instant now) {
  const auto token = credentials_.token(plan_->target(target).tenant, now);
  if (!token && token.error().pending)
    return ledger_.record_skipped(target, SkipReason::credentials);
  // Counted before it leaves: a crash in between must not give a paid probe for nothing.
  if (token) admission_.note_sent(target, now);
  // Others of this turn may have taken their time.
  ledger_.record_started(target, clock_.now().mono - slot);
  std::optional<ProbeResult> ended;
  prober_.start(target, ended);
  if (ended) record(*ended);
}

bool Engine::may_repeat(TargetIndex target) {
  const Instant now = clock_.now();
  if (admission_.refuses(target, now, false)) return false;
  admission_.note_sent(target, now);
  return true;
}

void Engine::wait_and_take(MonoTime horizon) {
  std::vector<ProbeResult> results;
  prober_.advance(results);
  on_demand_.advance();
  const MonoTime until = std::min({schedule_.next_due(), controls_.next_due(), prober_.next_event(),
                                   on_demand_.next_event(), horizon});
  for (Completion& completion : transport_.poll(results.empty() ? until : MonoTime::min())) {
    if (prober_.take(completion, results) || on_demand_.take(completion)) continue;
    if (const auto control = controls_.take(completion))
      ledger_.record_control(control->control, control->reachable);
  }
  for (const ProbeResult& result : results)
    record(result);
}

void Engine::record(const ProbeResult& result) {
  admission_.note_result(result);
  ledger_.record(result);
  reporter_.report(result);
}

void Engine::record_tokens() {
  for (std::size_t i = 0; i < plan_->tenants().size(); ++i) {
    const TenantIndex tenant{static_cast<std::uint32_t>(i)};
    const TokenFacts facts = credentials_.facts(tenant);
    if (facts == token_facts_[i]) continue;
    ledger_.record_token(tenant, facts);
    token_facts_[i] = facts;
  }
}

}  // namespace reinfer
