#include "record/maintenance_check.h"

#include <doctest/doctest.h>

#include <ctime>

#include "base/time_zone.h"

namespace reinfer::tests::maintenance_test {
namespace {

using namespace std::chrono_literals;

constexpr std::uint8_t kSunday = 0;
constexpr std::uint8_t kMonday = 1;
constexpr std::uint8_t kSaturday = 6;

// "2026-03-29 01:00:00", in UTC.
base::WallTime utc(const char* text) {
  std::tm fields{};
  REQUIRE(strptime(text, "%Y-%m-%d %H:%M:%S", &fields) != nullptr);
  return base::WallTime(std::chrono::seconds(timegm(&fields)));
}

bool within(const model::MaintenanceWindow& window, base::WallTime now) {
  return record::in_maintenance({window}, now);
}

// The window holds [start, end) and neither the moment before nor its end.
void check_span(const model::WeeklyWindow& window, const char* start, const char* end) {
  CAPTURE(start);
  CAPTURE(window.zone);
  CHECK_FALSE(within(window, utc(start) - 1ns));
  CHECK(within(window, utc(start)));
  CHECK(within(window, utc(end) - 1ns));
  CHECK_FALSE(within(window, utc(end)));
}

TEST_CASE("a window that happens once begins inclusive and ends exclusive") {
  const model::OneTimeWindow window{utc("2026-05-01 10:00:00"), utc("2026-05-01 12:00:00")};
  CHECK_FALSE(within(window, window.start - 1ns));
  CHECK(within(window, window.start));
  CHECK(within(window, window.end - 1ns));
  CHECK_FALSE(within(window, window.end));
}

TEST_CASE("a tenant is in maintenance if any of its windows says so") {
  const std::vector<model::MaintenanceWindow> windows = {
      model::OneTimeWindow{utc("2026-05-01 10:00:00"), utc("2026-05-01 12:00:00")},
      model::WeeklyWindow{kMonday, 3h, 1h, "UTC"}};
  CHECK(record::in_maintenance(windows, utc("2026-05-01 11:00:00")));
  CHECK(record::in_maintenance(windows, utc("2026-05-04 03:30:00")));
  CHECK_FALSE(record::in_maintenance(windows, utc("2026-05-04 05:00:00")));
  CHECK_FALSE(record::in_maintenance({}, utc("2026-05-01 11:00:00")));
}

TEST_CASE("a weekly window comes back every week, over midnight and over the week's end") {
  const model::WeeklyWindow night{kMonday, 23h, 3h, "UTC"};
  check_span(night, "2026-05-04 23:00:00", "2026-05-05 02:00:00");
  check_span(night, "2026-05-11 23:00:00", "2026-05-12 02:00:00");
  const model::WeeklyWindow weekend{kSaturday, 22h + 30min, 5h, "UTC"};
  check_span(weekend, "2026-05-02 22:30:00", "2026-05-03 03:30:00");
  const model::WeeklyWindow year_end{3, 23h, 2h, "UTC"};
  check_span(year_end, "2025-12-31 23:00:00", "2026-01-01 01:00:00");
}

TEST_CASE("UTC is known without the system's database, and as the database knows it") {
  for (base::WallTime now = utc("2026-02-26 23:59:59"); now < utc("2026-03-05 00:00:00");
       now += 7h) {
    for (const unsigned weekday : {0U, 1U, 6U})
      CHECK(base::latest_weekly("UTC", weekday, 22h, now) ==
            base::latest_weekly("Etc/UTC", weekday, 22h, now));
    CHECK(base::calendar_day("UTC", now) == base::calendar_day("Etc/UTC", now));
  }
  CHECK(base::start_of_day("UTC", {2026, 3, 1}) == utc("2026-03-01 00:00:00"));
  CHECK_FALSE(base::start_of_day("UTC", {2026, 2, 30}));
}

TEST_CASE("the weekday is the zone's own, not that of UTC") {
  const model::WeeklyWindow window{kMonday, 1h, 1h, "Pacific/Auckland"};
  check_span(window, "2026-05-31 13:00:00", "2026-05-31 14:00:00");
  const model::WeeklyWindow west{kSunday, 23h, 1h, "America/Los_Angeles"};
  check_span(west, "2026-06-01 06:00:00", "2026-06-01 07:00:00");
}

TEST_CASE("a weekly window follows local time over the changes of the clock") {
  const model::WeeklyWindow berlin{kMonday, 9h, 1h, "Europe/Berlin"};
  check_span(berlin, "2026-03-23 08:00:00", "2026-03-23 09:00:00");
  check_span(berlin, "2026-03-30 07:00:00", "2026-03-30 08:00:00");
  check_span(berlin, "2026-10-19 07:00:00", "2026-10-19 08:00:00");
  check_span(berlin, "2026-10-26 08:00:00", "2026-10-26 09:00:00");
  const model::WeeklyWindow new_york{kMonday, 9h, 1h, "America/New_York"};
  check_span(new_york, "2026-03-02 14:00:00", "2026-03-02 15:00:00");
  check_span(new_york, "2026-03-09 13:00:00", "2026-03-09 14:00:00");
  check_span(new_york, "2026-10-26 13:00:00", "2026-10-26 14:00:00");
  check_span(new_york, "2026-11-02 14:00:00", "2026-11-02 15:00:00");
}

TEST_CASE("a window over a change of the clock lasts its real time") {
  const model::WeeklyWindow berlin{kSunday, 1h, 4h, "Europe/Berlin"};
  check_span(berlin, "2026-03-29 00:00:00", "2026-03-29 04:00:00");
  check_span(berlin, "2026-10-24 23:00:00", "2026-10-25 03:00:00");
  const model::WeeklyWindow new_york{kSunday, 1h, 4h, "America/New_York"};
  check_span(new_york, "2026-03-08 06:00:00", "2026-03-08 10:00:00");
  check_span(new_york, "2026-11-01 05:00:00", "2026-11-01 09:00:00");
}

TEST_CASE("a start that the clock leaves out is the moment after the gap") {
  check_span({kSunday, 2h + 30min, 1h, "Europe/Berlin"}, "2026-03-29 01:00:00",
             "2026-03-29 02:00:00");
  check_span({kSunday, 2h + 30min, 1h, "America/New_York"}, "2026-03-08 07:00:00",
             "2026-03-08 08:00:00");
}

TEST_CASE("a start that comes twice counts the first time") {
  check_span({kSunday, 2h + 30min, 30min, "Europe/Berlin"}, "2026-10-25 00:30:00",
             "2026-10-25 01:00:00");
  check_span({kSunday, 1h + 30min, 30min, "America/New_York"}, "2026-11-01 05:30:00",
             "2026-11-01 06:00:00");
}

TEST_CASE("a window of seven days never ends but for the hour that autumn adds") {
  const model::WeeklyWindow always{kMonday, 4h, 7 * 24h, "Europe/Berlin"};
  const base::WallTime start = utc("2026-01-01 00:00:00");
  for (int hour = 0; hour < 365 * 24; ++hour) {
    const base::WallTime now = start + std::chrono::hours(hour);
    const bool added = now == utc("2026-10-26 02:00:00");
    CHECK(within(always, now) == !added);
  }
}

TEST_CASE("the rules hold for years to come") {
  check_span({kMonday, 9h, 1h, "Europe/Berlin"}, "2036-07-07 07:00:00", "2036-07-07 08:00:00");
  check_span({kMonday, 9h, 1h, "Europe/Berlin"}, "2036-12-01 08:00:00", "2036-12-01 09:00:00");
}

TEST_CASE("in a zone that nobody knows there is no maintenance") {
  for (const char* zone : {"", "Mars/Olympus", "europe/berlin", "../../etc/passwd"}) {
    CAPTURE(zone);
    CHECK_FALSE(base::calendar_day(zone, base::WallTime{}).has_value());
    CHECK_FALSE(
        within(model::WeeklyWindow{kSunday, 0h, 7 * 24h, zone}, utc("2026-05-01 10:00:00")));
  }
  for (const char* zone : {"UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"})
    CHECK(base::calendar_day(zone, base::WallTime{}).has_value());
}

}  // namespace
}  // namespace reinfer::tests::maintenance_test
