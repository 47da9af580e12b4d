#include "probe/engine.h"

#include <algorithm>

namespace reinfer::probe {

Engine::Engine(std::shared_ptr<const model::Plan> plan, const base::Clock& clock,
               transport::Transport& transport, credentials::Credentials& credentials,
               PaidBudget& paid, InFlightLimit& limit, record::Ledger& ledger, Mailbox& mailbox,
               const base::Log& log, std::uint64_t seed)
    : clock_(clock),
      transport_(transport),
      credentials_(credentials),
      ledger_(ledger),
      mailbox_(mailbox),
      created_(clock.now()),
      plan_(std::move(plan)),
      schedule_(schedule::target_grids(*plan_), created_),
      admission_(*plan_, paid),
      prober_(
          *plan_, transport, credentials, ids_, log, seed,
          [this](model::TargetIndex target, base::Instant now) { return may_repeat(target, now); }),
      on_demand_(plan_, transport, credentials, admission_, ids_, log, ~seed),
      controls_(*plan_, transport, ids_, created_),
      share_(limit),
      result_logger_(*plan_, log),
      token_facts_(plan_->tenants().size()) {
  result_logger_.recall(ledger.snapshot(created_).targets);
}

void Engine::run(const std::function<bool()>& stopped) {
  while (!stopped())
    step(base::MonoTime::max());
  mailbox_.close();
  on_demand_.close();
}

void Engine::step(base::MonoTime horizon) {
  const base::Instant begun = clock_.now();
  const base::Nanoseconds waited_before = transport_.waited();
  read_mail(begun);
  // The slots before this one in the turn took some time.
  for (const schedule::Due& due : schedule_.take_due(begun.mono))
    account_for(due, clock_.now());
  controls_.start_due(begun);
  wait_and_take(horizon);
  record_tokens();
  const base::Nanoseconds waited = transport_.waited() - waited_before;
  ledger_.record_busy(clock_.now().mono - begun.mono - waited);
}

void Engine::read_mail(base::Instant now) {
  if (auto plan = mailbox_.take_plan()) {
    adopt(std::move(plan), now);
    mailbox_.note_adopted();
  }
  on_demand_.accept(
      mailbox_.take_requests(), [this] { return has_room(); }, now);
  // After the requests: one may have been given up at once.
  on_demand_.give_up(mailbox_.take_given_up());
  settle();
}

void Engine::adopt(std::shared_ptr<const model::Plan> plan, base::Instant now) {
  const model::PlanChange change = model::compare(*plan_, *plan);
  credentials_.adopt(*plan, change);
  schedule_.adopt(schedule::target_grids(*plan), now);
  admission_.adopt(*plan, change);
  prober_.adopt(*plan, change);
  on_demand_.adopt(plan, change);
  controls_.adopt(*plan, change, now);
  result_logger_.adopt(*plan, change);
  ledger_.adopt(plan, change, now);
  token_facts_ = model::carry_over(change.tenants, token_facts_,
                                   [](std::size_t) { return model::TokenFacts{}; });
  plan_ = std::move(plan);
}

void Engine::account_for(const schedule::Due& due, base::Instant now) {
  const model::TargetIndex target{static_cast<std::uint32_t>(due.grid)};
  if (due.missed > 0) {
    ledger_.record_skipped(target, model::SkipReason::stall, due.missed);
    result_logger_.log_missed_slots(target, due.missed);
  }
  if (!due.probe) return;
  if (const auto reason = reason_to_skip(target, now))
    ledger_.record_skipped(target, *reason);
  else
    start(target, due.slot, now);
  settle();
}

std::optional<model::SkipReason> Engine::reason_to_skip(model::TargetIndex target,
                                                        base::Instant now) {
  if (prober_.in_flight(target)) return model::SkipReason::overlap;
  if (!has_room()) return model::SkipReason::limit;
  const model::TenantIndex tenant = plan_->target(target).tenant;
  // First: a source that was updated meanwhile clears the rejection.
  credentials_.refresh(tenant, now);
  return admission_.refuses(target, now, credentials_.is_rejected(tenant));
}

void Engine::start(model::TargetIndex target, base::MonoTime slot, base::Instant now) {
  auto token = credentials_.token(plan_->target(target).tenant, now);
  // Counted before the request is sent: a crash in between must not give away a paid probe.
  if (token) admission_.note_sent(target, now);
  const Prober::Start started = prober_.start(target, std::move(token), now);
  if (started.kind == Prober::Start::Kind::waits)
    return ledger_.record_skipped(target, model::SkipReason::credentials);
  ledger_.record_started(target, now.mono - slot);
  if (started.result) record(*started.result);
}

bool Engine::may_repeat(model::TargetIndex target, base::Instant now) {
  if (admission_.refuses(target, now, false)) return false;
  admission_.note_sent(target, now);
  return true;
}

void Engine::wait_and_take(base::MonoTime horizon) {
  std::vector<model::ProbeResult> results;
  const base::Instant before = clock_.now();
  prober_.advance(before, results);
  on_demand_.advance(before);
  const base::MonoTime until = std::min({schedule_.next_due(), controls_.next_due(),
                                         prober_.next_event(), on_demand_.next_event(), horizon});
  for (transport::Completion& completion :
       transport_.poll(results.empty() ? until : base::MonoTime::min())) {
    const base::Instant now = clock_.now();
    if (completion.exchange.lookup_refused) ledger_.record_refused_lookup();
    if (prober_.take(completion, now, results) || on_demand_.take(completion, now)) continue;
    if (const auto control = controls_.take(completion))
      ledger_.record_control(control->control, control->reachable);
  }
  settle();
  for (const model::ProbeResult& result : results)
    record(result);
}

void Engine::record(const model::ProbeResult& result) {
  admission_.note_result(result);
  ledger_.record(result);
  result_logger_.log_result(result);
}

void Engine::record_tokens() {
  for (const model::TenantIndex tenant : credentials_.take_changed()) {
    const model::TokenFacts facts = credentials_.facts(tenant);
    model::TokenFacts& recorded = token_facts_.at(model::to_size(tenant));
    if (facts == recorded) continue;
    ledger_.record_token(tenant, facts);
    recorded = facts;
  }
}

}  // namespace reinfer::probe
