// Proves the maintenance windows of a tenant. Used by config/prove.cpp. It looks into the system's
// time zone database for the names of zones; one thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/problem.h"
#include "config/config.h"
#include "model/maintenance_window.h"

namespace reinfer::config {

// The windows in file order, without those for which a problem was reported.
std::vector<model::MaintenanceWindow> prove_maintenance(
    const std::vector<MaintenanceConfig>& windows, base::ProblemList& problems);

// What is wrong with the name of a time zone, and what is allowed; nullopt if the system knows it.
// "UTC" needs no database.
std::optional<std::string> zone_fault(std::string_view zone);

}  // namespace reinfer::config
