// Announced maintenance of a tenant: probing continues, objectives do not count. Plain values, part
// of a Tenant, any thread. record/maintenance_check.h decides whether a moment lies in a window.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "base/clock.h"

namespace reinfer::model {

// Once, from `start` up to `end`.
struct OneTimeWindow {
  base::WallTime start;
  base::WallTime end;
  bool operator==(const OneTimeWindow&) const = default;
};

// Every week at a local time of day, for `duration` of elapsed time (a window over the change to
// summer time is neither shorter nor longer).
struct WeeklyWindow {
  std::uint8_t weekday = 0;  // 0 is Sunday
  base::Nanoseconds time_of_day{};
  base::Nanoseconds duration{};
  std::string zone = "UTC";  // IANA name
  bool operator==(const WeeklyWindow&) const = default;
};

using MaintenanceWindow = std::variant<OneTimeWindow, WeeklyWindow>;

}  // namespace reinfer::model
