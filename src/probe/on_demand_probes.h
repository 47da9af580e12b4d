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

namespace reinfer {

class OnDemand {
 public:
  // Everything passed by reference outlives it. `seed` makes the request ids.
  OnDemand(std::shared_ptr<const Plan> plan, const Clock& clock, Transport& transport,
           Credentials& credentials, Admission& admission, ProbeIds& ids, const Log& log,
           std::uint64_t seed);
  // Whoever still waits is told that the exporter is stopping.
  ~OnDemand();

  void adopt(std::shared_ptr<const Plan> plan, const PlanChange& change);

  // `room`: how many more probes may leave now.
  void accept(std::vector<Demand> demands, std::size_t room, Instant now);
  // An exchange ended; false if it is none of these.
  bool take(Completion& completion);
  // To be called once a turn, and when next_event() comes.
  void advance();
  MonoTime next_event() const { return prober_.next_event(); }
  std::size_t in_flight() const { return prober_.in_flight(); }

 private:
  struct Waiting {
    TargetIndex target{};
    std::promise<OnDemandAnswer> answer;
  };

  std::optional<Refusal> refuses(TargetIndex target, std::size_t room, Instant now);
  void deliver(const std::vector<ProbeResult>& results);
  void answer(TargetIndex target, const OnDemandAnswer& answer);

  const Clock& clock_;
  Credentials& credentials_;
  Admission& admission_;

  // Owned by the probe thread.
  std::shared_ptr<const Plan> plan_;
  Prober prober_;
  std::vector<Waiting> waiting_;
};

}  // namespace reinfer
