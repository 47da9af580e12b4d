#include "probe/controls.h"

#include <algorithm>
#include <utility>

#include "probe/request.h"

namespace reinfer::probe {

Controls::Controls(const model::Plan& plan, transport::Transport& transport,
                   transport::ProbeIds& ids, base::Instant now)
    : plan_(&plan),
      transport_(transport),
      ids_(ids),
      schedule_(schedule::control_grids(plan), now),
      busy_(plan.controls().size()) {}

void Controls::adopt(const model::Plan& plan, const model::PlanChange& change, base::Instant now) {
  plan_ = &plan;
  schedule_.adopt(schedule::control_grids(plan), now);
  busy_.assign(plan.controls().size(), false);
  for (const auto& [id, old] : std::exchange(in_flight_, {})) {
    const auto place = std::find(change.controls.begin(), change.controls.end(), old);
    if (place == change.controls.end()) continue;
    const auto index = static_cast<std::size_t>(place - change.controls.begin());
    in_flight_.emplace(id, index);
    busy_.at(index) = true;
  }
}

void Controls::start_due(base::Instant now) {
  for (const schedule::Due& due : schedule_.take_due(now.mono)) {
    if (!due.probe || busy_.at(due.grid)) continue;
    const transport::ProbeId id = ids_.next();
    in_flight_.emplace(static_cast<std::uint64_t>(id), due.grid);
    busy_.at(due.grid) = true;
    transport_.start(id, control_request(plan_->controls().at(due.grid)));
  }
}

std::optional<ControlResult> Controls::take(const transport::Completion& completion) {
  const auto found = in_flight_.find(static_cast<std::uint64_t>(completion.id));
  if (found == in_flight_.end()) return std::nullopt;
  const ControlResult result{found->second, completion.exchange.http_status.has_value()};
  busy_.at(result.control) = false;
  in_flight_.erase(found);
  return result;
}

}  // namespace reinfer::probe
