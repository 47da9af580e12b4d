// Probes of chosen targets outside the exporter's schedule: all of them once, or again and again in
// rounds on a fixed grid, for `reinfer_exporter probe`. A repeated probe is as courteous as a
// scheduled one: Retry-After, the tenant's request budget and a dead token hold back slots, and a
// slot that comes too late or finds its probe still out is skipped, never caught up on. Owned by
// one thread; only Transport::poll waits.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "credentials/credentials.h"
#include "model/plan.h"
#include "model/probe_result.h"
#include "probe/admission.h"
#include "probe/prober.h"

namespace reinfer::probe {

struct RoundsOptions {
  std::vector<model::TargetIndex> targets;
  std::uint64_t rounds = 1;
  base::Nanoseconds interval{};  // between rounds; positive if there is more than one
};

// Slots of a round that were not probed.
struct RoundSkip {
  model::TargetIndex target{};
  model::SkipReason reason{};
  std::uint64_t count = 0;
};

struct RoundsUpdate {
  std::vector<model::ProbeResult> results;
  std::vector<RoundSkip> skips;
};

class Rounds {
 public:
  // Everything passed by reference outlives it. `seed` makes the request ids. The first round
  // begins with the first step().
  Rounds(const model::Plan& plan, const base::Clock& clock, transport::Transport& transport,
         credentials::Credentials& credentials, PaidBudget& paid, const base::Log& log,
         std::uint64_t seed, RoundsOptions wanted);

  // One turn: begins a round that is due, sends what may be sent, waits until something ends or the
  // next round comes or the transport is woken, and tells what became of it.
  RoundsUpdate step();

  // Nothing is left to be sent or to come back.
  bool done() const;
  std::uint64_t begun() const { return begun_; }
  std::size_t in_flight() const { return prober_.in_flight(); }

 private:
  bool is_repeated() const { return wanted_.rounds > 1; }
  void begin_due(base::Instant now, RoundsUpdate& news);
  void begin_round(RoundsUpdate& news);
  void start_waiting(RoundsUpdate& news);
  // Whether the target has left the queue: sent, ended at once, or skipped.
  bool start(model::TargetIndex target, RoundsUpdate& news);
  bool may_repeat(model::TargetIndex target);
  base::MonoTime next_event() const;

  // Constant after construction.
  const model::Plan& plan_;
  const base::Clock& clock_;
  transport::Transport& transport_;
  credentials::Credentials& credentials_;
  const RoundsOptions wanted_;

  // Owned by the probe thread.
  transport::ProbeIds ids_;
  Admission admission_;
  Prober prober_;
  std::deque<model::TargetIndex> waiting_;  // of the current round, not sent yet
  std::uint64_t begun_ = 0;                 // rounds, those missed among them
  base::MonoTime next_round_ = base::MonoTime::min();
};

}  // namespace reinfer::probe
