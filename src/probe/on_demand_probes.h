// Probes that somebody asks for, beside the schedule: they take no slot, enter no figure of
// /metrics and are refused where a slot would be skipped, since the tenant's limits hold for all
// that is sent to it. Who asks for a target that is asked for already gets the same answer. Owned
// by one probe thread.
#pragma once

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
  OnDemandProbes(std::shared_ptr<const model::Plan> plan, const base::Clock& clock,
                 transport::Transport& transport, credentials::Credentials& credentials,
                 Admission& admission, transport::ProbeIds& ids, const base::Log& log,
                 std::uint64_t seed);
  // Whoever still waits is told that the exporter is stopping.
  ~OnDemandProbes();

  void adopt(std::shared_ptr<const model::Plan> plan, const model::PlanChange& change);

  // `room`: how many more probes may leave now.
  void accept(std::vector<OnDemandRequest> requests, std::size_t room, base::Instant now);
  // An exchange ended; false if it is none of these.
  bool take(transport::Completion& completion);
  // To be called once a turn, and when next_event() comes.
  void advance();
  base::MonoTime next_event() const { return prober_.next_event(); }
  std::size_t in_flight() const { return prober_.in_flight(); }

 private:
  struct Waiting {
    model::TargetIndex target{};
    std::promise<model::OnDemandAnswer> answer;
  };

  std::optional<model::Refusal> refuses(model::TargetIndex target, std::size_t room,
                                        base::Instant now);
  void deliver(const std::vector<model::ProbeResult>& results);
  void answer(model::TargetIndex target, const model::OnDemandAnswer& answer);

  const base::Clock& clock_;
  credentials::Credentials& credentials_;
  Admission& admission_;

  // Owned by the probe thread.
  std::shared_ptr<const model::Plan> plan_;
  Prober prober_;
  std::vector<Waiting> waiting_;
};

}  // namespace reinfer::probe
