#include "config/prove_maintenance.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "base/small_file.h"
#include "config/time_text.h"

namespace reinfer::config {
namespace {

constexpr std::string_view kZones = "/usr/share/zoneinfo";

bool is_zone_file(const std::string& path) {
  constexpr std::size_t kBytesMax = 1024 * 1024;
  const auto file = base::read_small_file(path, kBytesMax);
  return file && file->starts_with("TZif");
}

std::optional<model::MaintenanceWindow> prove_once(const MaintenanceConfig& window,
                                                   base::ProblemList& problems) {
  constexpr std::string_view kOnceOnly =
      "goes with weekly, but this window has start or end, allowed: either start and end, or "
      "weekly and duration";
  refuse(window.duration, kOnceOnly, problems);
  refuse(window.zone,
         "goes with weekly; start and end carry their own offset, allowed: no zone here", problems);
  if (!window.start.written)
    problems.add(window.place, "tenant.maintenance.start",
                 fmt::format("is missing, and end needs it, allowed: {}", kMomentForm));
  if (!window.end.written)
    problems.add(window.place, "tenant.maintenance.end",
                 fmt::format("is missing, and start needs it, allowed: {}", kMomentForm));
  if (!window.start.value || !window.end.value) return std::nullopt;
  if (*window.end.value > *window.start.value)
    return model::OneTimeWindow{*window.start.value, *window.end.value};
  report(window.end, "is not after start, allowed: a later date and time", problems);
  return std::nullopt;
}

std::optional<model::MaintenanceWindow> prove_weekly(const MaintenanceConfig& window,
                                                     base::ProblemList& problems) {
  constexpr std::string_view kWeeklyOnly =
      "does not go with weekly, allowed: either start and end, or weekly and duration";
  refuse(window.start, kWeeklyOnly, problems);
  refuse(window.end, kWeeklyOnly, problems);
  if (!window.duration.written)
    problems.add(window.place, "tenant.maintenance.duration",
                 "is missing, and weekly needs it, allowed: a duration such as \"6h\"");
  std::optional<WeeklyTime> time;
  if (window.weekly.value) {
    time = parse_weekly(*window.weekly.value);
    if (!time)
      report(window.weekly,
             fmt::format("is {}, allowed: {}", base::quote(*window.weekly.value), kWeeklyForm),
             problems);
  }
  model::WeeklyWindow weekly;
  if (window.zone.value) {
    weekly.zone = *window.zone.value;
    if (const auto fault = zone_fault(weekly.zone)) report(window.zone, *fault, problems);
  }
  if (!time || !window.duration.value) return std::nullopt;
  weekly.weekday = time->weekday;
  weekly.time_of_day = time->time_of_day;
  weekly.duration = *window.duration.value;
  return weekly;
}

}  // namespace

std::optional<std::string> zone_fault(std::string_view zone) {
  constexpr std::string_view kAllowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";
  constexpr std::size_t kBytesMax = 128;
  if (zone == "UTC") return std::nullopt;
  const bool is_name = !zone.empty() && zone.size() <= kBytesMax && !zone.starts_with('/') &&
                       !zone.ends_with('/') && zone.find("//") == std::string_view::npos &&
                       zone.find_first_not_of(kAllowed) == std::string_view::npos;
  if (is_name && is_zone_file(fmt::format("{}/{}", kZones, zone))) return std::nullopt;
  std::error_code error;
  if (is_name && !std::filesystem::is_directory(kZones, error))
    return fmt::format(
        "is {}, but this system knows no time zones, allowed: \"UTC\", or install "
        "tzdata",
        base::quote(zone));
  return fmt::format(
      "is {}, which is no time zone, allowed: an IANA name with its capitals such as "
      "\"Europe/Berlin\", \"America/New_York\" or \"UTC\"",
      base::quote(zone));
}

std::vector<model::MaintenanceWindow> prove_maintenance(
    const std::vector<MaintenanceConfig>& windows, base::ProblemList& problems) {
  std::vector<model::MaintenanceWindow> result;
  for (const MaintenanceConfig& window : windows) {
    std::optional<model::MaintenanceWindow> proven;
    if (window.weekly.written)
      proven = prove_weekly(window, problems);
    else if (window.start.written || window.end.written)
      proven = prove_once(window, problems);
    else
      problems.add(window.place, "tenant.maintenance",
                   "does not say when it is, allowed: start and end, or weekly = \"sat 22:00\" "
                   "and duration = \"6h\"");
    if (proven) result.push_back(std::move(*proven));
  }
  return result;
}

}  // namespace reinfer::config
