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

namespace reinfer {

struct RoundsWanted {
  std::vector<TargetIndex> targets;
  std::uint64_t rounds = 1;
  Nanoseconds interval{};  // between rounds; positive if there is more than one
};

// Slots of a round that were not probed.
struct RoundSkip {
  TargetIndex target{};
  SkipReason reason{};
  std::uint64_t count = 0;
};

struct RoundsNews {
  std::vector<ProbeResult> results;
  std::vector<RoundSkip> skips;
};

class Rounds {
 public:
  // Everything passed by reference outlives it. `seed` makes the request ids. The first round
  // begins with the first step().
  Rounds(const Plan& plan, const Clock& clock, Transport& transport, Credentials& credentials,
         PaidBudget& paid, const Log& log, std::uint64_t seed, RoundsWanted wanted);

  // One turn: begins a round that is due, sends what may be sent, waits until something ends or the
  // next round comes or the transport is woken, and tells what became of it.
  RoundsNews step();

  // Nothing is left to be sent or to come back.
  bool done() const;
  std::uint64_t begun() const { return begun_; }
  std::size_t in_flight() const { return prober_.in_flight(); }

 private:
  bool is_repeated() const { return wanted_.rounds > 1; }
  void begin_due(Instant now, RoundsNews& news);
  void begin_round(RoundsNews& news);
  void start_waiting(RoundsNews& news);
  // Whether the target has left the queue: sent, ended at once, or skipped.
  bool start(TargetIndex target, RoundsNews& news);
  bool may_repeat(TargetIndex target);
  MonoTime next_event() const;

  // Constant after construction.
  const Plan& plan_;
  const Clock& clock_;
  Transport& transport_;
  Credentials& credentials_;
  const RoundsWanted wanted_;

  // Owned by the probe thread.
  ProbeIds ids_;
  Admission admission_;
  Prober prober_;
  std::deque<TargetIndex> waiting_;  // of the current round, not sent yet
  std::uint64_t begun_ = 0;          // rounds, those missed among them
  MonoTime next_round_ = MonoTime::min();
};

}  // namespace reinfer
