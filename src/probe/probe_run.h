// Probes of chosen targets outside the exporter's schedule: one round, or several rounds on a fixed
// grid, for `reinfer_exporter probe`. A repeated probe respects the same limits as a scheduled one:
// Retry-After, the tenant's request budget and a rejected token cause slots to be skipped, and a
// slot that comes too late or finds its probe still in flight is skipped and never made up for.
// Owned by one thread; only Transport::poll waits. It records nothing.
#pragma once

#include <cstdint>
#include <deque>
#include <limits>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "credentials/credentials.h"
#include "model/plan.h"
#include "model/probe_result.h"
#include "probe/admission.h"
#include "probe/prober.h"

namespace reinfer::probe {

struct ProbeRunOptions {
  std::vector<model::TargetIndex> targets;
  std::uint64_t rounds = 1;
  base::Nanoseconds interval{};  // between rounds; positive if there is more than one
  // So many are under way at once, and never more than the plan allows. Those of a round that are
  // not sent before the next round lose that slot and keep their turn.
  std::size_t at_once = std::numeric_limits<std::size_t>::max();
};

// Slots of one target that were not probed.
struct ProbeRunSkip {
  model::TargetIndex target{};
  model::SkipReason reason{};
  std::uint64_t count = 0;
};

struct ProbeRunUpdate {
  std::vector<model::ProbeResult> results;
  std::vector<ProbeRunSkip> skips;
};

class ProbeRun {
 public:
  // Everything passed by reference outlives it. `seed` makes the request ids. The first round
  // begins with the first step().
  ProbeRun(const model::Plan& plan, const base::Clock& clock, transport::Transport& transport,
           credentials::Credentials& credentials, PaidBudget& paid, const base::Log& log,
           std::uint64_t seed, ProbeRunOptions wanted);

  // One turn: begins a round that is due, sends the requests that may be sent, waits until an
  // exchange ends, the next round is due or the transport is woken, and returns results and skips.
  ProbeRunUpdate step();

  // All rounds have begun and all their probes have ended.
  bool done() const;
  std::uint64_t begun() const { return begun_; }
  std::size_t in_flight() const { return prober_.in_flight(); }

 private:
  bool is_repeated() const { return wanted_.rounds > 1; }
  bool is_full() const;
  void begin_due(base::Instant now, ProbeRunUpdate& update);
  void begin_round(ProbeRunUpdate& update);
  void start_waiting(ProbeRunUpdate& update);
  // True if the target needs no further attempt: it was sent, ended at once or was skipped.
  bool start(model::TargetIndex target, base::Instant now, ProbeRunUpdate& update);
  bool may_repeat(model::TargetIndex target, base::Instant now);
  base::MonoTime next_event() const;

  // Constant after construction.
  const model::Plan& plan_;
  const base::Clock& clock_;
  transport::Transport& transport_;
  credentials::Credentials& credentials_;
  const ProbeRunOptions wanted_;

  // Owned by the probe thread.
  transport::ProbeIds ids_;
  Admission admission_;
  Prober prober_;
  std::deque<model::TargetIndex> waiting_;  // not sent yet, the longest waiting first
  std::uint64_t begun_ = 0;                 // rounds, those missed among them
  base::MonoTime next_round_ = base::MonoTime::min();
};

}  // namespace reinfer::probe
