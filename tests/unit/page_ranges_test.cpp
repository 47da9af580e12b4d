// The ranges of a target's page: what each is made of, and that what is not known is not up.
#include <doctest/doctest.h>

#include "page/range_charts.h"
#include "page/ranges.h"
#include "tests/unit/page_world.h"

namespace reinfer::tests::page_ranges_test {
namespace {

constexpr const char* kOneTarget = R"(
[[tenant]]
name = "acme"
base_url = "https://acme.reinfer.io"
token_env = "T"
[[tenant.probe]]
use = "projects"
interval = "30s"
)";

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

const page::Range& range(const char* name) {
  const page::Range* found = page::range_of(name, true);
  REQUIRE(found != nullptr);
  return *found;
}

TEST_CASE("a range is taken by its name, and without a history those alone that the ledger knows") {
  for (const char* name : {"1h", "24h", "7d", "30d", "90d"})
    CHECK(page::range_of(name, true) != nullptr);
  CHECK(page::range_of("24h", false) != nullptr);
  CHECK(page::range_of("7d", false) == nullptr);
  CHECK(page::range_of("", true) == nullptr);
  CHECK(page::range_fault("2w", true) == "range: is \"2w\", allowed: 1h, 24h, 7d, 30d, 90d");
  CHECK(page::range_fault("7d", false) ==
        "range: is \"7d\", allowed: 1h, 24h; 7d, 30d, 90d need a history (--storage.path)");
}

TEST_CASE("an hour comes from the ledger, and the stretches before the first result are unknown") {
  PageTest world(kOneTarget);
  for (int i = 0; i < 15; ++i)
    world.record(0, i < 12 ? model::Outcome::ok : model::Outcome::server_error);
  const record::Evidence evidence = world.evidence(0);
  const auto figures = page::figures_from_recent(range("1h"), evidence.recent(), 30s, world.now);
  REQUIRE(figures.availability.size() == 2);
  CHECK(figures.availability[0].begin == base::WallTime{1795485600s});
  CHECK(figures.availability[0].counts.good == 9);
  CHECK(figures.availability[1].counts.bad == 3);
  CHECK(figures.availability[1].counts.main_fault() == model::Fault::platform);
  REQUIRE(figures.latencies.size() == 2);
  CHECK(figures.latencies[0].p99 == doctest::Approx(0.041));
  const std::string page = page::render_target_page(
      world.ledger.snapshot(world.now), model::TargetIndex{0}, evidence, {}, {}, figures);
  CHECK(count_of(page, ": not watched</title>") == 10);
  CHECK(count_of(page, ": not known</title>") == 10);
  CHECK(shows(page, "2026-11-24 02:05 UTC: 50.00 % available, 3 failed (platform)"));
  CHECK(shows(page, "<a href=\"projects?range=1h\" aria-current=\"true\">1 h</a>"));
  CHECK(shows(page, "<a href=\"projects\">Last probes</a>"));
  CHECK_FALSE(shows(page, "range=7d"));
}

TEST_CASE("a week is hours made of quarters, and a quarter that is missing is not watched") {
  const base::WallTime now{1795485600s};  // 02:00 UTC, the edge of an hour
  history::StretchRow quarter{now - 2h, history::kQuarter, {}, 30};
  quarter.counts.good = 30;
  history::StretchRow later = quarter;
  later.begin += 15min;
  later.counts.good = 20;
  later.counts.bad = 10;
  const auto figures = page::figures_from_history(range("7d"), {quarter, later}, {}, now);
  REQUIRE(figures.availability.size() == 1);
  CHECK(figures.availability[0].width == history::kHour);
  CHECK(figures.availability[0].begin == now - 2h);
  CHECK(figures.availability[0].counts.ratio() == doctest::Approx(50.0 / 60));
  CHECK(figures.availability[0].watched(now) == doctest::Approx(0.5));
}

TEST_CASE("ninety days are days, with what is older left out, and latencies from their sketches") {
  const base::WallTime now{1795485600s};
  const base::WallTime today{1795478400s};
  history::StretchRow old{today - 24h * 90, history::kDay, {}, 2880};
  old.counts.good = 1;
  history::StretchRow first = old;
  first.begin += 24h;
  history::LatencyRow sketch{today, {}};
  for (int i = 1; i <= 100; ++i)
    sketch.figures[0].observe(i * 0.001);
  const auto figures = page::figures_from_history(range("90d"), {old, first}, {sketch}, now);
  CHECK(figures.begin == first.begin);
  REQUIRE(figures.availability.size() == 1);
  REQUIRE(figures.latencies.size() == 1);
  CHECK(figures.latencies[0].p50 == doctest::Approx(0.05).epsilon(0.05));
  CHECK(figures.latencies[0].p99 == doctest::Approx(0.099).epsilon(0.05));
}

TEST_CASE("a range with the latency objective has its line and its axis reaches up to it") {
  PageTest world(kOneTarget);
  page::RangeFigures figures;
  figures.range = &range("24h");
  figures.latencies = {{world.now.wall - 2h, history::kHour, 10, 0.1, 0.2, 0.3}};
  page::Html html;
  page::write_range(html, figures, model::LatencyObjective{0.9, 400ms}, true, world.now.wall);
  const std::string text = html.take();
  CHECK(shows(text, "<title>objective: 400 ms</title>"));
  CHECK(shows(text, "<span>420 ms</span><span>210 ms</span>"));
  CHECK(shows(text, "p50 100 ms, p95 200 ms, p99 300 ms of 10 ok</title>"));
}

}  // namespace
}  // namespace reinfer::tests::page_ranges_test
