// The loop that everything else serves: what is due leaves, what has come back is judged and
// recorded. The same lines run in production (CurlTransport, SystemClock) and in the simulation
// (ScriptedTransport, VirtualClock). One thread owns an Engine and its transport; others may only
// wake it through the transport. It knows nothing of who reads the ledger.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "credentials/credentials.h"
#include "model/plan.h"
#include "probe/prober.h"
#include "record/ledger.h"
#include "schedule/schedule.h"
#include "transport/transport.h"

namespace reinfer {

class Engine {
 public:
  // Everything passed by reference outlives the engine. `seed` makes the request ids.
  Engine(const Plan& plan, const Clock& clock, Transport& transport, Credentials& credentials,
         Ledger& ledger, const Log& log, std::uint64_t seed);

  // One turn: starts what is due, waits for something to come back until the next slot or
  // `horizon`, whichever is first, and records what came back.
  void step(MonoTime horizon);

  // Turns until `stopped` answers true; have it asked by Transport::wake().
  void run(const std::function<bool()>& stopped);

 private:
  void account_for(const Due& due, Instant now);
  void start(const Due& due, Instant now);
  void record(const ProbeResult& result);

  // Constant after construction.
  const Plan& plan_;
  const Clock& clock_;
  Transport& transport_;
  Ledger& ledger_;
  const Log& log_;

  // Owned by the probe thread.
  Schedule schedule_;
  Prober prober_;
  std::vector<std::optional<Outcome>> last_outcome_;
};

}  // namespace reinfer
