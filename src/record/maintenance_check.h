// Whether a tenant is in one of its maintenance windows. Used where results are recorded, once for
// each. Pure; any thread. A weekly window costs microseconds: a look-up by name and some calendar.
#pragma once

#include <vector>

#include "model/maintenance_window.h"

namespace reinfer::record {

// Windows begin inclusive and end exclusive. A weekly one in a zone that this system does not know
// holds no moment at all: better to count a failure too many than to hide one.
bool in_maintenance(const std::vector<model::MaintenanceWindow>& windows, base::WallTime now);

}  // namespace reinfer::record
