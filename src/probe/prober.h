// Probes under way: sends a target's request with its tenant's token, and turns what comes back
// into a judged result. Knows no grid and no ledger, so that the Engine's schedule and a one-shot
// `probe` run through the same code. Owned by one probe thread.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "credentials/credentials.h"
#include "model/plan.h"
#include "model/probe_result.h"
#include "probe/judge.h"
#include "transport/transport.h"

namespace reinfer {

class Prober {
 public:
  // Everything passed by reference outlives the prober. `seed` makes the request ids.
  Prober(const Plan& plan, Transport& transport, Credentials& credentials, std::uint64_t seed);

  // Sends the target's one request. A result comes back at once if nothing could be sent for want
  // of a token; otherwise poll() will have it. REQUIRES: !in_flight(target).
  std::optional<ProbeResult> start(TargetIndex target, Instant now);

  // Waits as Transport::poll() does and judges what has ended.
  std::vector<ProbeResult> poll(MonoTime until);

  std::size_t in_flight() const { return started_.size(); }
  bool in_flight(TargetIndex target) const { return busy_.at(to_size(target)); }

 private:
  ProbeResult finish(Completion completion);

  // Constant after construction.
  const Plan& plan_;
  Transport& transport_;
  Credentials& credentials_;

  // Owned by the probe thread.
  Random random_;
  std::uint64_t last_id_ = 0;
  std::unordered_map<std::uint64_t, Started> started_;
  std::vector<bool> busy_;
};

}  // namespace reinfer
