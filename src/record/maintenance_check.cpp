#include "record/maintenance_check.h"

#include <algorithm>

#include "base/time_zone.h"

namespace reinfer::record {
namespace {

bool holds(const model::OneTimeWindow& window, base::WallTime now) {
  return window.start <= now && now < window.end;
}

bool holds(const model::WeeklyWindow& window, base::WallTime now) {
  const auto start = base::latest_weekly(window.zone, window.weekday, window.time_of_day, now);
  return start && now - *start < window.duration;
}

}  // namespace

bool in_maintenance(const std::vector<model::MaintenanceWindow>& windows, base::WallTime now) {
  return std::any_of(windows.begin(), windows.end(), [now](const model::MaintenanceWindow& window) {
    return std::visit([now](const auto& one) { return holds(one, now); }, window);
  });
}

}  // namespace reinfer::record
