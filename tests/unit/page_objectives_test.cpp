// What the page says of objectives, and of probes that are good but too slow.
#include <doctest/doctest.h>

#include "page/objectives.h"
#include "tests/unit/page_world.h"

namespace reinfer::tests::page_objectives_test {
namespace {

constexpr const char* kWithObjectives = R"(
[[tenant]]
name = "acme"
base_url = "https://acme.reinfer.io"
token_env = "T"
[[tenant.probe]]
use = "projects"
interval = "10s"
slo = { availability = 99, latency = "50ms", latency_ratio = 90 }
)";

// 2026-11-24 00:00 UTC.
constexpr base::WallTime kMidnight{1795478400s};

history::StretchRow day_of(int days_ago, std::uint64_t good, std::uint64_t bad) {
  history::StretchRow row{kMidnight - days_ago * 24h, history::kDay, {}, 8640};
  row.counts.good = good;
  row.counts.bad = bad;
  row.counts.faults[static_cast<std::size_t>(model::Fault::platform)] = bad;
  return row;
}

history::LatencyRow latencies_of(int days_ago, int fast, int slow) {
  history::LatencyRow row{kMidnight - days_ago * 24h, {}};
  auto& total = row.figures[static_cast<std::size_t>(model::LatencyFigure::total)];
  for (int i = 0; i < fast; ++i)
    total.observe(0.02);
  for (int i = 0; i < slow; ++i)
    total.observe(0.2);
  return row;
}

TEST_CASE("without a history the budget is of what the exporter has counted, and says since when") {
  PageTest world(kWithObjectives);
  CHECK(shows(world.detail(0), "no event yet"));
  for (int i = 0; i < 199; ++i)
    world.record(0, model::Outcome::ok);
  world.record(0, model::Outcome::server_error);
  const std::string page = world.detail(0);
  CHECK(shows(page, "<dt>99 % available</dt><dd><b>50 % left</b>"));
  CHECK(shows(page, "99.50 % of 200 events good since <time datetime=\"2026-11-24T02:00:00Z\""));
  CHECK(shows(page, "<dt>90 % within 50 ms</dt><dd><b>100 % left</b>"));
  CHECK_FALSE(shows(page, "about 99"));
}

TEST_CASE("a target without an objective has no budget on its page") {
  PageTest world;
  world.record(0, model::Outcome::ok);
  CHECK_FALSE(shows(world.detail(0), "id=\"objectives\""));
}

TEST_CASE("with a history the budget is of the last thirty days, whatever the exporter has seen") {
  PageTest world(kWithObjectives);
  world.record(0, model::Outcome::server_error);
  page::TargetHistory past;
  past.days = {day_of(40, 0, 5000), day_of(29, 990, 10), day_of(0, 1000, 0)};
  past.latency_days = {latencies_of(29, 98, 2), latencies_of(0, 99, 1)};
  const std::string page = world.detail(0, past);
  CHECK(shows(page, "<b>50 % left</b>"));
  CHECK(shows(page, "99.50 % of 2000 events good since <time datetime=\"2026-10-26T00:00:00Z\""));
  CHECK(shows(page, "about 98.50 % of 200 events good"));
  CHECK(shows(page, "<b>85 % left</b>"));
}

TEST_CASE("what was not due before the first result is not missing from the budget's time") {
  PageTest world(kWithObjectives);
  page::TargetHistory past;
  past.days = {day_of(0, 720, 0)};
  past.first = kMidnight;
  CHECK(shows(world.detail(0, past), "since <time datetime=\"2026-11-24T00:00:00Z\""));
  CHECK(shows(world.detail(0, past), "</time>, 100 % watched"));
  past.first = kMidnight + 1h;
  CHECK(shows(world.detail(0, past), "since <time datetime=\"2026-11-24T01:00:00Z\""));
  past.days = {day_of(0, 180, 0)};
  CHECK(shows(world.detail(0, past), "</time>, 50.00 % watched"));
}

TEST_CASE("only the faults that an objective counts spend its budget") {
  const auto plan = plan_from(R"(
[[tenant]]
name = "acme"
base_url = "https://acme.reinfer.io"
token_env = "T"
[[tenant.probe]]
use = "projects"
interval = "10s"
slo = { availability = 99, count = ["platform"] }
)");
  const model::Objectives& objectives = plan->targets()[0].objectives;
  history::StretchRow day = day_of(0, 900, 10);
  day.counts.bad = 100;
  day.counts.faults[static_cast<std::size_t>(model::Fault::network)] = 90;
  const auto budget = page::remembered_availability(objectives, {day}, {}, kMidnight + 2h);
  REQUIRE(budget);
  CHECK(budget->bad == 10);
  CHECK(budget->events == 910);
}

TEST_CASE("a budget that is gone says how often it was spent, and none is rounded up") {
  explain::ErrorBudget budget{0.99, 1000, 0, {}, false, {}};
  CHECK(page::budget_text(budget) == "100 % left");
  budget.bad = 9.99;
  CHECK(page::budget_text(budget) == "0 % left");
  budget.bad = 25;
  CHECK(page::budget_text(budget) == "spent 2.5 times");
  budget.promised = 1;
  CHECK(page::budget_text(budget) == "missed");
  budget.events = 0;
  CHECK(page::budget_text(budget) == "no event yet");
}

TEST_CASE("what is too slow is told from what failed and from what is only slow") {
  PageTest world(kWithObjectives);
  world.record(0, model::Outcome::ok);
  model::ProbeResult late = world.result_of(0, model::Outcome::ok);
  late.phases.total = 60ms;
  late.phases.wait = 49ms;
  world.record(late);
  const std::string page = world.detail(0);
  CHECK(shows(page, "<code class=\"outcome\">ok</code> <span class=\"too-slow\">too slow</span>"));
  CHECK(shows(page, "<title>ok but too slow, connect 1 ms"));
  CHECK(shows(page, "41 ms to 60 ms, 1 too slow (above 50 ms)</title>"));
  CHECK(shows(page, "too slow, above 50 ms</span>"));
  CHECK(shows(page, "slow, within the objective of 50 ms</span>"));
  CHECK(shows(page, "<title>objective: 50 ms</title><path class=\"limit\""));
  CHECK(shows(page, "The line is the objective, 50 ms"));
  CHECK(shows(world.overview(), "<span class=\"too-slow\">too slow</span>"));
}

TEST_CASE("an objective far above all latencies does not flatten their chart") {
  PageTest world;  // kTwoTenants has no objective
  PageTest far(R"(
[[tenant]]
name = "acme"
base_url = "https://acme.reinfer.io"
token_env = "T"
[[tenant.probe]]
use = "projects"
slo = { latency = "2s", latency_ratio = 90 }
)");
  for (PageTest* each : {&world, &far}) {
    each->record(0, model::Outcome::ok);
    CHECK_FALSE(shows(each->detail(0), "class=\"limit\""));
    CHECK(shows(each->detail(0), "<span>41 ms</span><span>20.5 ms</span><span>0</span>"));
  }
  CHECK(shows(far.detail(0), "Far above the chart lies the objective, 2 s"));
}

}  // namespace
}  // namespace reinfer::tests::page_objectives_test
