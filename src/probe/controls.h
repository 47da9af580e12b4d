// Control probes: GET requests without a token to places outside the API, on a grid of their own.
// Any reply at all proves that our own network works. Owned by one probe thread. It records
// nothing.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "model/plan.h"
#include "model/plan_change.h"
#include "schedule/schedule.h"
#include "transport/transport.h"

namespace reinfer::probe {

struct ControlResult {
  std::size_t control = 0;  // position in Plan::controls()
  bool reachable = false;
};

class Controls {
 public:
  // Everything passed by reference outlives it.
  Controls(const model::Plan& plan, transport::Transport& transport, transport::ProbeIds& ids,
           base::Instant now);

  // From now on `plan` holds; a request in flight for a removed control is forgotten.
  void adopt(const model::Plan& plan, const model::PlanChange& change, base::Instant now);

  // Sends the controls that are due; a control still in flight is not sent again.
  void start_due(base::Instant now);
  base::MonoTime next_due() const { return schedule_.next_due(); }
  // The result of the exchange; nullopt if it belongs to somebody else.
  std::optional<ControlResult> take(const transport::Completion& completion);

 private:
  const model::Plan* plan_;
  transport::Transport& transport_;
  transport::ProbeIds& ids_;
  schedule::Schedule schedule_;
  std::map<std::uint64_t, std::size_t> in_flight_;  // by id
  std::vector<bool> busy_;
};

}  // namespace reinfer::probe
