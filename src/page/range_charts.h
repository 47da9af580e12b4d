// The charts of a range on a target's page: availability as a strip, latencies as bars of p50, p95
// and p99 with the objective as a line, and links to the other ranges. Unknown spans are grey.
// Pure.
#pragma once

#include <optional>
#include <string>

#include "model/objective.h"
#include "page/html.h"
#include "page/ranges.h"

namespace reinfer::page {

// Links that work without a script. `here`: the path of the target's page, relative to itself;
// `chosen` is null while the last probes are shown.
void write_range_links(Html& html, const std::string& here, const Range* chosen, bool has_history);

void write_range(Html& html, const RangeFigures& figures,
                 const std::optional<model::LatencyObjective>& objective, bool has_history,
                 base::WallTime now);

}  // namespace reinfer::page
