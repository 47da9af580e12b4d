// What the overview and the pages of incidents show from the history, and the pages that lead back.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cctype>
#include <fstream>
#include <regex>
#include <sstream>

#include "base/gzip.h"
#include "page/assets.h"
#include "page/day_bars.h"
#include "page/dead_end.h"
#include "page/frame.h"
#include "page/incident_latencies.h"
#include "page/incidents.h"
#include "page/web_place.h"
#include "tests/unit/page_world.h"
#include "tests/unit/source_path.h"

namespace reinfer::tests::page_history_test {
namespace {

// 2026-11-24 00:00 UTC.
constexpr base::WallTime kToday{1795478400s};
constexpr std::size_t kPageBytesMax = 150'000;

history::StretchRow day_row(int days_ago, std::uint64_t good, std::uint64_t bad = 0) {
  history::StretchRow row{
      kToday - days_ago * 24h, history::kDay, {}, static_cast<double>(good + bad)};
  row.counts.good = good;
  row.counts.bad = bad;
  row.counts.faults[static_cast<std::size_t>(model::Fault::platform)] = bad;
  return row;
}

record::IncidentFacts incident_of(const std::string& tenant, int days_ago) {
  record::IncidentFacts incident;
  incident.id = 7;
  incident.tenant = tenant;
  incident.probe = "dataset";
  incident.since = kToday - days_ago * 24h + 3h;
  incident.recovered = incident.since + 90min;
  incident.fault = model::Fault::platform;
  incident.outcome = model::Outcome::server_error;
  incident.failures = 12;
  return incident;
}

std::string overview_with(PageTest& world, const page::OverviewHistory& past) {
  const record::Snapshot snapshot = world.ledger.snapshot(world.now);
  const auto rows = page::rows_of_overview(snapshot, {});
  return page::render_overview(snapshot, rows, *world.ledger.recents(world.plan.get(), rows), {},
                               {"/metrics", true, {}}, past);
}

TEST_CASE(
    "the overview shows ninety days of each tenant, and those with something to say in words") {
  PageTest world;
  page::OverviewHistory past;
  past.past.days["acme"] = {day_row(3, 1000), day_row(2, 990, 10), day_row(1, 1000)};
  past.incidents = {incident_of("acme", 2)};
  const std::string page = overview_with(world, past);
  CHECK(shows(page, "data-last=\"2026-11-24\""));
  CHECK(shows(page, "<title>90 days: 3 watched, 1 with failures</title>"));
  CHECK(shows(page,
              "<title>2026-11-22: 99.00 % available, 10 failed (platform), 1 incident</title>"
              "<rect class=\"good\""));
  CHECK(shows(page,
              "<path class=\"good\" d=\"M516 0h5v28h-5z\">"
              "<title>2026-11-21: 100 % available</title></path>"));
  CHECK(shows(page, "<path class=\"nothing\" d=\"M0 0h5v28h-5zM6 0h5v28h-5z"));
  CHECK(shows(page, "<title>2026-08-27 to 2026-11-20: not watched</title></path>"));
  CHECK(shows(page,
              "<summary>99.66 % on 3 of 90 days</summary><ul>"
              "<li>2026-11-24: not watched</li>"
              "<li>2026-11-23: 100 % available</li>"
              "<li>2026-11-22: 99.00 % available, 10 failed (platform), 1 incident</li>"
              "<li>2026-11-21: 100 % available</li>"
              "<li>2026-08-27 to 2026-11-20: not watched</li></ul>"));
  CHECK(shows(page, "<a href=\"incidents?tenant=acme\">1 incident</a>"));
  // The other tenant has no past, and none is made up.
  CHECK(shows(page, "<title>90 days: 0 watched, 0 with failures</title>"));
  CHECK(shows(page, "<span>no incident</span>"));
}

TEST_CASE("days in a row of which the same is true are told in one sentence") {
  PageTest world;
  page::OverviewHistory past;
  for (int ago = 89; ago >= 0; --ago)
    if (ago != 40) past.past.days["acme"].push_back(day_row(ago, 1000));
  const std::string page = overview_with(world, past);
  CHECK(shows(page,
              "<ul><li>2026-10-16 to 2026-11-24: 100 % available</li>"
              "<li>2026-10-15: not watched</li>"
              "<li>2026-08-27 to 2026-10-14: 100 % available</li></ul>"));
}

TEST_CASE("a day that was watched in part says so, though all of it was good") {
  PageTest world;
  page::OverviewHistory past;
  past.past.days["acme"] = {day_row(1, 500)};
  past.past.days["acme"][0].due = 1000;
  CHECK(shows(overview_with(world, past), "2026-11-23: 100 % available, 50 % watched"));
}

TEST_CASE("what is left of a budget stands beside the availability of a probe") {
  PageTest world(R"(
[[tenant]]
name = "acme"
base_url = "https://acme.reinfer.io"
token_env = "T"
[[tenant.probe]]
use = "projects"
interval = "10s"
slo = { availability = 99 }
)");
  CHECK_FALSE(shows(world.overview(), "budget "));
  world.record(0, model::Outcome::ok);
  CHECK(shows(world.overview(), ">budget 100 % left<"));
  page::OverviewHistory past;
  past.past.budgets[{"acme", "projects"}] = day_row(5, 970, 30);
  const std::string page = overview_with(world, past);
  CHECK(shows(page,
              "class=\"share less\" title=\"97.00 % of 1000 events good since 19 Nov 00:00 "
              "UTC, objective 99 %\">budget spent 3 times<"));
}

TEST_CASE("sixty tenants of five probes with ninety days each are few bytes") {
  std::string toml;
  for (int t = 0; t < 60; ++t) {
    toml += fmt::format(
        "[[tenant]]\nname = \"tenant-{0}\"\nbase_url = "
        "\"https://cloud.uipath.com/org/t{0}/reinfer_\"\n"
        "token_env = \"T\"\n",
        t);
    for (int p = 0; p < 5; ++p)
      toml += fmt::format(
          "[[tenant.probe]]\nname = \"probe-{0}\"\nuse = \"dataset\"\nproject = \"p\"\ndataset = "
          "\"d{0}\"\nslo = {{ availability = 99.9 }}\n",
          p);
  }
  PageTest world(toml);
  page::OverviewHistory past;
  std::uint64_t dice = 1;
  for (int t = 0; t < 60; ++t) {
    for (int day = 89; day >= 0; --day) {
      dice = dice * 6364136223846793005U + 1442695040888963407U;
      const std::uint64_t bad = (dice >> 33) % 7 == 0 ? 1 + (dice >> 40) % 900 : 0;
      past.past.days[fmt::format("tenant-{}", t)].push_back(day_row(day, 14400 - bad, bad));
      if (bad > 200) past.incidents.push_back(incident_of(fmt::format("tenant-{}", t), day));
    }
    for (int p = 0; p < 5; ++p) {
      past.past.budgets[{fmt::format("tenant-{}", t), fmt::format("probe-{}", p)}] =
          day_row(29, 86400 - (dice >> 50) % 90, (dice >> 50) % 90);
      for (int i = 0; i < 60; ++i) {
        model::ProbeResult result =
            world.result_of(static_cast<std::uint32_t>(t * 5 + p), model::Outcome::ok);
        dice = dice * 6364136223846793005U + 1442695040888963407U;
        result.phases.wait = 20ms + std::chrono::microseconds((dice >> 40) % 30000);
        result.phases.total = *result.phases.wait + 11ms;
        world.record(result);
      }
    }
  }
  std::size_t bytes = base::gzip(overview_with(world, past), base::kGzipUsual).size();
  MESSAGE("the page alone: " << bytes << " bytes");
  for (const page::Asset& asset : page::assets())
    bytes += base::gzip(std::string(asset.content), base::kGzipUsual).size();
  MESSAGE("with all that it loads: " << bytes << " bytes");
  CHECK(bytes < kPageBytesMax);
}

TEST_CASE("an incident that spans days counts on each of them") {
  record::IncidentFacts incident = incident_of("acme", 2);
  incident.recovered = incident.since + 30h;
  const auto counts = page::count_by_day({incident}, kToday + 2h);
  const std::int64_t today = history::stretch_of(kToday, history::kDay);
  CHECK(counts == page::IncidentsByDay{{today - 2, 1}, {today - 1, 1}});
  incident.recovered.reset();
  CHECK(page::count_by_day({incident}, kToday + 2h).size() == 3);
}

TEST_CASE("the end of a stretch has its day where that is not the day of the beginning") {
  const auto written = [](base::WallTime begin, base::WallTime end) {
    explain::Html html;
    page::write_stretch(html, begin, end, kToday + 12h);
    return std::regex_replace(html.take(), std::regex("<[^>]*>"), "");
  };
  CHECK(written(kToday + 3h, kToday + 4h) == "03:00 UTC to 04:00 UTC");
  CHECK(written(kToday - 3h, kToday - 2h) == "23 Nov 21:00 UTC to 23 Nov 22:00 UTC");
  CHECK(written(kToday - 3h, kToday + 3h) == "23 Nov 21:00 UTC to 24 Nov 03:00 UTC");
}

history::LatencyRow hour_row(base::WallTime begin, double seconds) {
  history::LatencyRow row{begin, {}};
  row.figures[0].observe(seconds);
  return row;
}

TEST_CASE("latencies are split into those before, during and after an incident") {
  const record::IncidentFacts incident = incident_of("acme", 1);  // 03:00 to 04:30
  const base::WallTime three = kToday - 21h;
  const std::vector<history::LatencyRow> rows = {
      hour_row(three - 25h, 1),  hour_row(three - 1h, 0.1), hour_row(three, 0.5),
      hour_row(three + 1h, 0.6), hour_row(three + 2h, 0.2), hour_row(three + 26h, 1)};
  const auto split = page::split_latencies(incident, history::kHour, rows, kToday + 24h);
  CHECK(split.before.latencies.figures[0].count() == 1);
  CHECK(split.during.latencies.figures[0].count() == 2);
  CHECK(split.after.latencies.figures[0].count() == 1);
  CHECK(split.before.begin == three - 24h);
  PageTest world;
  const std::string page = page::render_incident(world.ledger.snapshot(world.now), incident, {},
                                                 split, {"/metrics", true, {}});
  CHECK(shows(page, "<h2>Before, during and after</h2>"));
  CHECK(shows(page, "by whole hours"));
  CHECK(shows(page, "#reinferplatformdown\">Runbook</a>"));
  CHECK(shows(page, "href=\"../api/v1/incidents/7\">JSON</a>"));
}

TEST_CASE(
    "without a latency an incident's page makes none up, and while it lasts there is no after") {
  record::IncidentFacts incident = incident_of("acme", 0);
  incident.recovered.reset();
  PageTest world;
  world.now.wall = kToday + 4h;
  const auto none = page::split_latencies(incident, history::kHour, {}, world.now.wall);
  const page::PageContext context{"/metrics", true, {}};
  CHECK_FALSE(
      shows(page::render_incident(world.ledger.snapshot(world.now), incident, {}, none, context),
            "Before, during"));
  const auto some =
      page::split_latencies(incident, history::kHour, {hour_row(kToday + 3h, 0.1)}, world.now.wall);
  CHECK(shows(page::render_incident(world.ledger.snapshot(world.now), incident, {}, some, context),
              ">After</th><td role=\"cell\" class=\"when\">not yet</td>"));
}

TEST_CASE("an unknown target leads to those whose names are near") {
  PageTest world;
  const auto words = [&](const char* tenant, const char* probe) {
    std::vector<std::string> found;
    for (const page::WayOut& way : page::nearest_targets(*world.plan, tenant, probe))
      found.push_back(way.words);
    return found;
  };
  using Words = std::vector<std::string>;
  CHECK(words("acme", "datset") == Words{"acme/dataset", "acme/not_found"});
  CHECK(words("acmee", "dataset") == Words{"acme/dataset", "old/projects"});
  CHECK(words(std::string(5000, 'x').c_str(), "y").size() == 2);
  const std::string page = page::render_dead_end(
      world.ledger.snapshot(world.now), page::unknown_target(*world.plan, "acme", "<datset>"), {});
  CHECK(shows(page, "There is no target acme/&lt;datset&gt; in the configuration in force."));
  CHECK(shows(page, "<a href=\"../../target/acme/dataset\">acme/dataset</a>"));
  CHECK(shows(page, "<a href=\"../../\" class=\"button\">Back to the overview</a>"));
  // A script would find it unchanged for ever, and so would a reader without one.
  CHECK(shows(page, "<main id=\"main\" data-still=\"\">"));
  CHECK_FALSE(shows(page, "Update now"));
}

TEST_CASE("a range that is not offered leads to those that are") {
  PageTest world;
  const page::DeadEnd end =
      page::unknown_range(world.plan->target(model::TargetIndex{1}), "2w", false);
  CHECK(shows(end.words, "range: is \"2w\", allowed: 1h, 24h"));
  REQUIRE(end.near.size() == 2);
  CHECK(end.near[1].path == "target/acme/dataset?range=24h");
}

TEST_CASE("boards are linked where there is a Grafana, with the names filled in") {
  PageTest world(R"(
[[tenant]]
name = "acme"
base_url = "https://acme.reinfer.io"
token_env = "T"
[[tenant.probe]]
use = "projects"
name = "a.b"
)");
  const page::PageContext context{"/metrics", false, {"", "", "https://g.example.com/x"}};
  const std::string page = page::render_target_page(world.ledger.snapshot(world.now),
                                                    model::TargetIndex{0}, {}, context);
  CHECK(shows(page,
              "<a href=\"https://g.example.com/x/d/reinfer-overview?var-tenant=acme&amp;"
              "var-probe=a.b\">Grafana</a>"));
  CHECK(shows(page, "href=\"../../api/v1/targets/acme/a.b\">JSON</a>"));
  CHECK_FALSE(shows(world.detail(0), "Grafana"));
}

TEST_CASE("each outcome leads to a chapter of the runbooks that is there") {
  std::ostringstream runbooks;
  runbooks << std::ifstream(source_path("dashboards/runbooks/reinfer_exporter.md")).rdbuf();
  std::string text = runbooks.str();
  for (char& c : text)
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const model::Outcome outcome : model::all_outcomes()) {
    const std::string url = page::runbook_url(outcome);
    CAPTURE(url);
    CHECK(shows(text, "\n## " + url.substr(url.find('#') + 1) + "\n"));
  }
}

}  // namespace
}  // namespace reinfer::tests::page_history_test
