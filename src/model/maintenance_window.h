// Windows in which a tenant is expected to misbehave: probing goes on, objectives do not count.
// Plain values, part of a Tenant; whether a moment lies in one is record/maintenance_check.h's to
// say.
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

// Every week at a local time of day, for `duration` of real time (so a window over the change to
// summer time is not an hour shorter or longer).
struct WeeklyWindow {
  std::uint8_t weekday = 0;  // 0 is Sunday
  base::Nanoseconds time_of_day{};
  base::Nanoseconds duration{};
  std::string zone = "UTC";  // IANA name
  bool operator==(const WeeklyWindow&) const = default;
};

using MaintenanceWindow = std::variant<OneTimeWindow, WeeklyWindow>;

}  // namespace reinfer::model
