#include "probe/engine.h"

#include <algorithm>
#include <string>

namespace reinfer {

Engine::Engine(const Plan& plan, const Clock& clock, Transport& transport, Credentials& credentials,
               Ledger& ledger, const Log& log, std::uint64_t seed)
    : plan_(plan),
      clock_(clock),
      transport_(transport),
      ledger_(ledger),
      log_(log),
      schedule_(plan, clock.now()),
      prober_(plan, transport, credentials, seed),
      last_outcome_(plan.targets().size()) {}

void Engine::run(const std::function<bool()>& stopped) {
  while (!stopped())
    step(MonoTime::max());
}

void Engine::step(MonoTime horizon) {
  const Instant now = clock_.now();
  const Nanoseconds waited_before = transport_.waited();
  for (const Due& due : schedule_.take_due(now.mono))
    account_for(due, now);
  for (const ProbeResult& result : prober_.poll(std::min(schedule_.next_due(), horizon)))
    record(result);
  const Nanoseconds waited = transport_.waited() - waited_before;
  ledger_.record_busy(clock_.now().mono - now.mono - waited);
}

void Engine::account_for(const Due& due, Instant now) {
  if (due.missed > 0) {
    ledger_.record_skipped(due.target, SkipReason::stall, due.missed);
    const Target& target = plan_.target(due.target);
    log_.warn("slots missed, the probe loop was stalled", {{"tenant", target.tenant_name},
                                                           {"probe", target.probe},
                                                           {"slots", std::to_string(due.missed)}});
  }
  if (!due.probe) return;
  if (prober_.in_flight(due.target))
    ledger_.record_skipped(due.target, SkipReason::overlap);
  else if (prober_.in_flight() >= plan_.limits().probes_in_flight_max)
    ledger_.record_skipped(due.target, SkipReason::limit);
  else
    start(due, now);
}

void Engine::start(const Due& due, Instant now) {
  ledger_.record_started(due.target, now.mono - due.slot);
  if (const auto ended = prober_.start(due.target, now)) record(*ended);
}

void Engine::record(const ProbeResult& result) {
  ledger_.record(result);
  std::optional<Outcome>& last = last_outcome_.at(to_size(result.target));
  // Changes only: a probe a second must not become a line a second.
  if (last == result.outcome) return;
  const bool first = !last.has_value();
  const std::string before(first ? "unknown" : to_label(*last));
  last = result.outcome;
  const Target& target = plan_.target(result.target);
  const auto fields = {
      LogField{"tenant", target.tenant_name},
      LogField{"probe", target.probe},
      LogField{"before", before},
      LogField{"outcome", to_label(result.outcome)},
      LogField{"fault", to_label(fault_of(result.outcome))},
      LogField{"http_status", result.http_status ? std::to_string(*result.http_status) : "none"},
      LogField{"message", result.message},
      LogField{"request_id", result.request_id},
  };
  if (result.outcome == Outcome::ok)
    log_.info(first ? "probe answers" : "probe recovered", fields);
  else
    log_.warn("probe fails", fields);
}

}  // namespace reinfer
