// The table of one tenant's probes on the overview: a row for each probe with its state, its last
// result, its availability and its latencies. Used by overview.cpp. Pure.
#pragma once

#include <cstddef>
#include <span>

#include "history/archive.h"
#include "page/html.h"
#include "record/recent_results.h"
#include "record/snapshot.h"

namespace reinfer::page {

// Whether the row of a target says that something is wrong, or that it is not probed.
bool row_in_trouble(const record::Snapshot& snapshot, std::size_t target);

// `rows`: targets of one tenant, at least one. `recents` belong to `rows`, one each. `past` may be
// null.
void write_probe_table(Html& html, const record::Snapshot& snapshot,
                       std::span<const model::TargetIndex> rows,
                       std::span<const record::RecentResults> recents,
                       const history::OverviewPast* past);

}  // namespace reinfer::page
