// A tenant's own availability, over all its probes and all exporters that watch it: the share of
// the month's slices of five minutes in which the tenant answered any probe. Used by the command.
// Pure functions; any thread.
//
// A slice counts if it holds an event of availability, and is down if it holds no good one. It
// holds what grew between two samples within it. So the failure of one probe of several, or of one
// path of two, is none of the tenant's; it stands in the rows of the probes.
#pragma once

#include <optional>
#include <vector>

#include "sla/report.h"

namespace reinfer::sla {

// Slices begin at whole multiples of it since the Unix epoch, as they do on the board.
inline constexpr base::Nanoseconds kSlice = std::chrono::minutes(5);

// The longest interval of a tenant's most frequent probe at which each slice has an event.
inline constexpr base::Nanoseconds kSlicedIntervalMax = kSlice / 2;

// The row of one tenant, held to the strictest objective of its probes; nothing for a tenant
// without an availability objective, or whose probes are too far apart for slices.
std::optional<SlaRow> tenant_row(const std::vector<StoredTarget>& targets, const Month& month,
                                 std::size_t outages_max);

}  // namespace reinfer::sla
