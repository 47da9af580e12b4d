#include "record/maintenance_check.h"

#include <algorithm>

#include "base/time_zone.h"

namespace reinfer {
namespace {

bool holds(const OneTimeWindow& window, WallTime now) {
  return window.start <= now && now < window.end;
}

bool holds(const WeeklyWindow& window, WallTime now) {
  const auto start = latest_weekly(window.zone, window.weekday, window.time_of_day, now);
  return start && now - *start < window.duration;
}

}  // namespace

bool in_maintenance(const std::vector<MaintenanceWindow>& windows, WallTime now) {
  return std::any_of(windows.begin(), windows.end(), [now](const MaintenanceWindow& window) {
    return std::visit([now](const auto& one) { return holds(one, now); }, window);
  });
}

}  // namespace reinfer
