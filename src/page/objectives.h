// The objectives of a target on the page: what is promised, what came of it and what is left of the
// error budget, over the thirty days that the history has of them or, without one, over what the
// exporter has counted itself. It always says since when. Used by the target's page and the
// overview. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "explain/error_budget.h"
#include "history/stretch.h"
#include "model/objective.h"
#include "page/html.h"
#include "page/page.h"
#include "record/snapshot.h"

namespace reinfer::page {

// Of availability, from what the history has counted; absent without an event in it or without the
// objective. Failures whose fault the objective does not count are no events. `first`: nothing was
// due before.
std::optional<explain::ErrorBudget> remembered_availability(
    const model::Objectives& objectives, const std::vector<history::StretchRow>& days,
    base::WallTime first, base::WallTime now);
// Of latency, from sketches, in the same way.
std::optional<explain::ErrorBudget> remembered_latency(const model::Objectives& objectives,
                                                       const std::vector<history::LatencyRow>& days,
                                                       base::WallTime first, base::WallTime now);

// Availability first; those without an event are there, too. `history` may be absent.
struct ObjectiveFigure {
  model::Objective objective;
  explain::ErrorBudget budget;
};
std::vector<ObjectiveFigure> objective_figures(const model::Objectives& objectives,
                                               const record::TargetRecord& record,
                                               const std::optional<TargetHistory>& history,
                                               base::WallTime now);

// "62 % left", "spent 2.3 times", "no event yet"; cut and never rounded up.
std::string budget_text(const explain::ErrorBudget& budget);

// A heading with a figure, a bar and its words for each objective; nothing without one.
void write_objectives(Html& html, const model::Objectives& objectives,
                      const std::vector<ObjectiveFigure>& figures, base::WallTime now);

}  // namespace reinfer::page
