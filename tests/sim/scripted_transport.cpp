#include "tests/sim/scripted_transport.h"

#include "base/check.h"

namespace reinfer::tests {
namespace {

// The deadline strikes in whatever stage the script had not left by then.
Answer cut_off(Answer answer, const model::Deadlines& deadlines) {
  if (answer.after < deadlines.total) return answer;
  answer.after = deadlines.total;
  answer.exchange = model::Exchange{};
  answer.exchange.error = model::WireError::response_timeout;
  answer.exchange.stage = model::Stage::wait;
  answer.exchange.phases.wait = deadlines.total;
  return answer;
}

}  // namespace

void ScriptedTransport::start(transport::ProbeId id, model::Request request) {
  const base::Instant now = clock_.now();
  Answer answer = cut_off(script_(request, now), request.deadlines);
  starts_.push_back({request.url, request.bearer.reveal(), now, now.mono + answer.after,
                     request.deadlines.total});
  answer.exchange.phases.total = answer.after;
  pending_.emplace(now.mono + answer.after, transport::Completion{id, std::move(answer.exchange)});
}

std::vector<transport::Completion> ScriptedTransport::poll(base::MonoTime until) {
  std::vector<transport::Completion> ended;
  const base::MonoTime before = clock_.now().mono;
  if (std::exchange(woken_, false)) return ended;
  base::check(until != base::MonoTime::max() || !pending_.empty(), "somebody will end the wait");
  // After a stall, exchanges that ended meanwhile are returned at once.
  const base::MonoTime next = pending_.empty() ? until : std::min(until, pending_.begin()->first);
  clock_.advance_to(std::max(next, before));
  const base::MonoTime now = clock_.now().mono;
  while (!pending_.empty() && pending_.begin()->first <= now) {
    ended.push_back(std::move(pending_.begin()->second));
    pending_.erase(pending_.begin());
  }
  waited_ += now - before;
  return ended;
}

}  // namespace reinfer::tests
