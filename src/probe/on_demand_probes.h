// Probes on demand, for `/probe`: they take no slot of the schedule and change no series of
// /metrics. A request is refused where a slot would be skipped, because the tenant's limits hold
// for everything that is sent to it. Several requests for one target share one probe and its
// answer. Owned by one probe thread. It reads no clock.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "credentials/credentials.h"
#include "model/plan_change.h"
#include "probe/admission.h"
#include "probe/mailbox.h"
#include "probe/prober.h"

namespace reinfer::probe {

class OnDemandProbes {
 public:
  // Everything passed by reference outlives it. `seed` makes the request ids.
  OnDemandProbes(std::shared_ptr<const model::Plan> plan, transport::Transport& transport,
                 credentials::Credentials& credentials, Admission& admission,
                 transport::ProbeIds& ids, const base::Log& log, std::uint64_t seed);
  ~OnDemandProbes() { close(); }

  void adopt(std::shared_ptr<const model::Plan> plan, const model::PlanChange& change);

  // Whether one more probe may be sent now; a place is taken for it.
  using HasRoom = std::function<bool()>;
  void accept(std::vector<OnDemandRequest> requests, const HasRoom& has_room, base::Instant now);
  // Their clients do not wait any more. The probes in flight go on to their own end, because they
  // are sent, and count against the tenant's limits; nobody gets their results.
  void give_up(const std::vector<OnDemandId>& requests);
  // An exchange ended; false if it belongs to somebody else.
  bool take(transport::Completion& completion, base::Instant now);
  // Call it once a turn, and when next_event() comes.
  void advance(base::Instant now);
  base::MonoTime next_event() const { return prober_.next_event(); }
  std::size_t in_flight() const { return prober_.in_flight(); }
  // Nothing will end any more: answers the requests that still wait with Refusal::stopping.
  void close();

 private:
  struct Waiting {
    OnDemandId id{};
    model::TargetIndex target{};
    std::promise<model::OnDemandAnswer> answer;
  };

  std::optional<model::Refusal> start(model::TargetIndex target, const HasRoom& has_room,
                                      base::Nanoseconds time_max, base::Instant now);
  void deliver(const std::vector<model::ProbeResult>& results);
  void answer(model::TargetIndex target, const model::OnDemandAnswer& answer);

  credentials::Credentials& credentials_;
  Admission& admission_;

  // Owned by the probe thread.
  std::shared_ptr<const model::Plan> plan_;
  Prober prober_;
  std::vector<Waiting> waiting_;
};

}  // namespace reinfer::probe
