// Proves the maintenance windows of a tenant. Used by config/prove.cpp. It reads the
// system's time zone database; one thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/problem.h"
#include "config/config.h"
#include "model/maintenance_window.h"

namespace reinfer::config {

// The windows in file order, without those that have a problem.
std::vector<model::MaintenanceWindow> prove_maintenance(
    const std::vector<MaintenanceConfig>& windows, base::ProblemList& problems);

// The problem of a time zone name, and what is allowed; nullopt if the system knows the zone.
// "UTC" needs no database.
std::optional<std::string> zone_fault(std::string_view zone);

}  // namespace reinfer::config
