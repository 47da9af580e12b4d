// Whether a tenant is in one of its maintenance windows. The ledger asks for each result. Pure; any
// thread. A weekly window costs microseconds: a look-up of the time zone and some calendar.
#pragma once

#include <vector>

#include "model/maintenance_window.h"

namespace reinfer::record {

// Windows begin inclusive and end exclusive. A weekly one in a zone that this system does not know
// holds no moment at all: a failure too many is better than a hidden one.
bool in_maintenance(const std::vector<model::MaintenanceWindow>& windows, base::WallTime now);

}  // namespace reinfer::record
