#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>

#include "config/load_plan.h"
#include "config/prove_maintenance.h"
#include "config/time_text.h"

namespace reinfer::tests::config_time_test {
namespace {

using namespace std::chrono_literals;

std::optional<std::string> any_token(const model::TokenSource&) {
  return std::nullopt;
}

model::Plan plan_with(const std::string& before, const std::string& tables) {
  const auto plan = config::parse_plan(
      before +
          "\n[[tenant]]\nname = \"acme\"\nbase_url = \"https://acme.reinfer.io\"\n"
          "token_env = \"ACME_TOKEN\"\n[[tenant.probe]]\nuse = \"projects\"\n" +
          tables,
      "t.toml", any_token);
  REQUIRE_MESSAGE(plan, (plan ? "" : base::to_string(plan.error()[0])));
  return *plan;
}

base::WallTime at(std::int64_t seconds, base::Nanoseconds rest = 0ns) {
  return base::WallTime(std::chrono::seconds(seconds) + rest);
}

TEST_CASE("moments are read with their offset") {
  struct Row {
    std::string_view text;
    base::WallTime moment;
  };
  const Row rows[] = {
      {"1970-01-01T00:00:00Z", at(0)},
      {"1970-01-01T00:00:00+00:00", at(0)},
      {"1970-01-02t00:00:01z", at(86401)},
      {"2026-03-07 22:00Z", at(1772920800)},
      {"2026-03-07T22:00:00+01:00", at(1772917200)},
      {"2026-03-07T22:00:00-05:30", at(1772940600)},
      {"2024-02-29T23:59:59.5Z", at(1709251199, 500ms)},
      {"2024-02-29T23:59:59.123456789Z", at(1709251199, 123456789ns)},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto moment = config::parse_moment(row.text);
    REQUIRE(moment);
    CHECK(*moment == row.moment);
  }
}

TEST_CASE("what is no moment is refused") {
  for (const std::string_view text : {"",
                                      "2026",
                                      "2026-3-7T22:00:00Z",
                                      "2026-03-07",
                                      "22:00:00",
                                      "2026-03-07T22:00:00",
                                      "2026-02-29T00:00:00Z",
                                      "2026-13-01T00:00:00Z",
                                      "2026-00-01T00:00:00Z",
                                      "2026-01-00T00:00:00Z",
                                      "2026-03-07T24:00:00Z",
                                      "2026-03-07T22:60:00Z",
                                      "2026-03-07T22:00:60Z",
                                      "2026-03-07T22:00:00.Z",
                                      "2026-03-07T22:00:00.1234567890Z",
                                      "2026-03-07T22:00:00+1:00",
                                      "2026-03-07T22:00:00+0100",
                                      "2026-03-07T22:00:00Zx",
                                      "2026-03-07T22Z",
                                      "1969-12-31T23:59:59Z",
                                      "2200-01-01T00:00:00Z",
                                      "2026-03-07T+1:00:00Z",
                                      "2026-03-07T22:00:00+24:00",
                                      "-026-03-07T22:00:00Z"}) {
    CAPTURE(text);
    CHECK_FALSE(config::parse_moment(text));
  }
}

TEST_CASE("weekly times are a day and a time of day") {
  CHECK(config::parse_weekly("sun 00:00") == config::WeeklyTime{0, 0ns});
  CHECK(config::parse_weekly("Mon 01:30") == config::WeeklyTime{1, 90min});
  CHECK(config::parse_weekly("tuesday 23:59") == config::WeeklyTime{2, 23h + 59min});
  CHECK(config::parse_weekly("WEDNESDAY 12:00") == config::WeeklyTime{3, 12h});
  CHECK(config::parse_weekly("thu 12:00") == config::WeeklyTime{4, 12h});
  CHECK(config::parse_weekly("fri 12:00") == config::WeeklyTime{5, 12h});
  CHECK(config::parse_weekly("Saturday 22:00") == config::WeeklyTime{6, 22h});
  for (const std::string_view text :
       {"", "sat", "sat ", "22:00", " 22:00", "sat 24:00", "sat 22:60", "sat 22", "sat  22:00",
        "sat 22:00:00", "satur 22:00", "sa 22:00", "sat 22:00 ", "sat\t22:00", "6 22:00"}) {
    CAPTURE(text);
    CHECK_FALSE(config::parse_weekly(text));
  }
}

TEST_CASE("time zones are known by their names alone") {
  for (const std::string_view zone : {"UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires",
                                      "Etc/GMT+5", "America/Port-au-Prince"})
    CHECK_FALSE(config::zone_fault(zone));
  for (const std::string_view zone :
       {"", "/", "Berlin", "Europe", "Europe/", "/usr/share/zoneinfo/UTC", "../zoneinfo/UTC",
        "Europe/../UTC", "Europe/Berlin ", "tzdata.zi", "zone.tab", "leapseconds", "utc/.."})
    CHECK(config::zone_fault(zone));
}

TEST_CASE("maintenance windows stand in both forms and in file order") {
  const model::Plan plan = plan_with("", R"(
[[tenant.maintenance]]
start = 2026-03-07T22:00:00+01:00
end = "2026-03-08T04:00:00Z"
comment = "database upgrade"
[[tenant.maintenance]]
weekly = "Sat 22:00"
duration = "6h"
zone = "Europe/Berlin"
[[tenant.maintenance]]
weekly = "sunday 00:00"
duration = "6d23h59m"
)");
  const std::vector<model::MaintenanceWindow> expected = {
      model::OneTimeWindow{at(1772917200), at(1772942400)},
      model::WeeklyWindow{6, 22h, 6h, "Europe/Berlin"},
      model::WeeklyWindow{0, 0ns, 6 * 24h + 23h + 59min, "UTC"},
  };
  CHECK(plan.tenants()[0].maintenance == expected);
}

TEST_CASE("a date and time of the language itself is read as one in a string") {
  for (const std::string_view moment :
       {"2026-03-07T22:00:00Z", "2026-03-07 22:00:00.25-08:00", "2026-03-07T22:00:00.000000001Z"}) {
    const model::Plan plan =
        plan_with("", fmt::format("[[tenant.maintenance]]\nstart = 1970-01-01T00:00:00Z\nend = {}\n"
                                  "[[tenant.maintenance]]\nstart = 1970-01-01T00:00:00Z\n"
                                  "end = \"{}\"\n",
                                  moment, moment));
    const auto& windows = plan.tenants()[0].maintenance;
    CHECK(windows.at(0) == windows.at(1));
  }
}

TEST_CASE("controls have times of their own") {
  const model::Plan plan = plan_with(R"(
[[control]]
name = "web"
url = "https://www.Example.com"
[[control]]
name = "portal"
url = "http://10.0.0.1:8080/status?a=b"
interval = "1m"
timeout = "20s"
[[control]]
name = "quick"
url = "https://example.org/"
interval = "5s"
timeout = "500ms"
)",
                                     "");
  REQUIRE(plan.controls().size() == 3);
  CHECK(plan.controls()[0] ==
        model::Control{"web", "https://www.example.com/", 30s, model::Deadlines{5s, 5s, 5s, 5s}});
  CHECK(plan.controls()[1] == model::Control{"portal", "http://10.0.0.1:8080/status?a=b", 1min,
                                             model::Deadlines{20s, 5s, 5s, 5s}});
  CHECK(plan.controls()[2] == model::Control{"quick", "https://example.org/", 5s,
                                             model::Deadlines{500ms, 500ms, 500ms, 500ms}});
  CHECK(plan_with("", "").controls().empty());
}

}  // namespace
}  // namespace reinfer::tests::config_time_test
