// The probe loop: starts the probes that are due, waits for exchanges to end, judges and records
// them. The same lines run in production (CurlTransport, SystemClock) and in the simulation
// (ScriptedTransport, VirtualClock). One thread owns an Engine and its transport; other threads may
// only wake it through the transport. It does not know the readers of the ledger. It reads the
// clock once for each decision, such as one slot or one ended exchange, and passes the time down.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "credentials/credentials.h"
#include "model/plan.h"
#include "probe/admission.h"
#include "probe/controls.h"
#include "probe/in_flight_limit.h"
#include "probe/mailbox.h"
#include "probe/on_demand_probes.h"
#include "probe/prober.h"
#include "probe/result_logger.h"
#include "record/ledger.h"
#include "schedule/schedule.h"
#include "transport/transport.h"

namespace reinfer::probe {

class Engine {
 public:
  // Everything passed by reference outlives the engine. `seed` makes the request ids.
  Engine(std::shared_ptr<const model::Plan> plan, const base::Clock& clock,
         transport::Transport& transport, credentials::Credentials& credentials, PaidBudget& paid,
         InFlightLimit& limit, record::Ledger& ledger, Mailbox& mailbox, const base::Log& log,
         std::uint64_t seed);

  // One turn: adopts a new plan if there is one, starts the probes that are due, waits until an
  // exchange ends, the next slot comes or `horizon` is reached, and records the results.
  void step(base::MonoTime horizon);

  // Repeats step() until `stopped` returns true, then answers all who wait for a probe on demand,
  // now and later. Transport::wake() makes the loop call `stopped` soon.
  void run(const std::function<bool()>& stopped);

 private:
  void read_mail(base::Instant now);
  void adopt(std::shared_ptr<const model::Plan> plan, base::Instant now);
  std::size_t in_flight() const { return prober_.in_flight() + on_demand_.in_flight(); }
  bool has_room() { return share_.take(plan_->limits().probes_in_flight_max); }
  void settle() { share_.settle(in_flight()); }
  void account_for(const schedule::Due& due, base::Instant now);
  std::optional<model::SkipReason> reason_to_skip(model::TargetIndex target, base::Instant now);
  void start(model::TargetIndex target, base::MonoTime slot, base::Instant now);
  bool may_repeat(model::TargetIndex target, base::Instant now);
  void wait_and_take(base::MonoTime horizon);
  void record(const model::ProbeResult& result);
  void record_tokens();

  // Constant after construction.
  const base::Clock& clock_;
  transport::Transport& transport_;
  credentials::Credentials& credentials_;
  record::Ledger& ledger_;
  Mailbox& mailbox_;

  // Owned by the probe thread.
  const base::Instant created_;
  std::shared_ptr<const model::Plan> plan_;
  transport::ProbeIds ids_;
  schedule::Schedule schedule_;
  Admission admission_;
  Prober prober_;
  OnDemandProbes on_demand_;
  Controls controls_;
  InFlightShare share_;
  ResultLogger result_logger_;
  std::vector<model::TokenFacts> token_facts_;  // as last recorded
};

}  // namespace reinfer::probe
