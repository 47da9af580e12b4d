#include "page/page.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "page/assets.h"
#include "page/frame.h"
#include "page/html.h"
#include "page/latency_split.h"
#include "tests/unit/page_world.h"
#include "tests/unit/plans.h"
#include "tests/unit/source_path.h"

namespace reinfer::tests::page_test {
namespace {

using namespace std::chrono_literals;

constexpr const char* kHostile = "\"'><script>alert(1)</script>&\x01";

bool has(const std::string& text, const std::string& part) {
  return shows(text, part);
}

std::string many_targets(int count) {
  std::string toml;
  for (int i = 0; i < count; ++i) {
    if (i % 10 == 0)
      toml += fmt::format(
          "[[tenant]]\nname = \"t{0}\"\nbase_url = \"https://cloud.uipath.com/org/t{0}/reinfer_\"\n"
          "token_env = \"T\"\n",
          i / 10);
    toml += fmt::format(
        "[[tenant.probe]]\nname = \"p{0}\"\nuse = \"dataset\"\nproject = \"p\"\ndataset = "
        "\"d{0}\"\n",
        i);
  }
  return toml;
}

TEST_CASE("what strangers wrote is text and never markup") {
  CHECK(page::escape_html(kHostile) ==
        "&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp; ");
  page::Html html;
  html.element("p", {{"title", kHostile}}, kHostile);
  CHECK(html.take() ==
        "<p title=\"&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp; \">"
        "&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp; </p>");
}

TEST_CASE_FIXTURE(PageTest, "hostile replies do no harm to any page") {
  model::ProbeResult result = result_of(1, model::Outcome::server_error);
  result.message = kHostile;
  result.request_id = kHostile;
  result.remote_address = kHostile;
  result.tls = model::TlsFacts{kHostile, kHostile, std::nullopt};
  result.request_headers = {{kHostile, kHostile}};
  result.response_headers = {{kHostile, kHostile}};
  result.server_timing = {{kHostile, 1.0, kHostile}};
  record(result);
  const page::PageFilter filter{kHostile, false};
  for (const std::string& page : {overview(), overview(filter), detail(1)}) {
    CHECK_FALSE(has(page, "<script>"));
    CHECK_FALSE(has(page, "'>"));
    CHECK_FALSE(has(page, " style="));
    CHECK_FALSE(has(page, " onclick"));
  }
  CHECK(has(detail(1), "&lt;script&gt;alert(1)&lt;/script&gt;"));
  const auto json =
      nlohmann::json::parse(page::render_evidence(*plan, model::TargetIndex{1}, evidence(1)));
  CHECK(json["failures"].size() == 1);
  CHECK(json["tenant"] == "acme");
}

TEST_CASE_FIXTURE(PageTest, "the overview says what is the matter, for each tenant and probe") {
  CHECK(has(overview(), "<h1>Nothing probed yet</h1>"));
  record(0, model::Outcome::ok);
  record(2, model::Outcome::ok);
  CHECK(has(overview(), "<title>Last probe: 41 ms</title>"));
  CHECK(has(overview(), "<title>The one ok probe: connect 1 ms, "));
  CHECK(has(overview(), "title=\"of the one ok probe of the last hour\""));
  for (int i = 0; i < 2; ++i) {
    record(0, model::Outcome::ok);
    record(2, model::Outcome::ok);
  }
  CHECK(has(overview(), "<h1>All 2 tenants fine</h1>"));
  record(1, model::Outcome::server_error);
  const std::string page = overview();
  CHECK(has(page, "<title>1 of 2 tenants in trouble \xc2\xb7 reinfer_exporter</title>"));
  CHECK(has(page,
            "Platform failing since <time datetime=\"2026-11-24T02:03:30Z\" "
            "title=\"2026-11-24 02:03:30 UTC\">02:03 UTC</time>, 1 of 2 probes; network "
            "fine"));
  CHECK(has(page, "<a href=\"target/acme/dataset\">dataset</a>"));
  CHECK(has(page, "<code class=\"outcome\">server_error</code>"));
  CHECK(has(page, "<b>0.00 %</b> of "));
  CHECK(has(page, "<b>100 %</b> of "));
  CHECK(has(page, "<span>server 22 ms</span> <span>path 8 ms</span>"));
  CHECK(has(page, "Last 3 probes: 41 ms to 41 ms"));
}

TEST_CASE_FIXTURE(PageTest,
                  "tenants that are paused are counted as such, unless others are in trouble") {
  ledger.record_skipped(model::TargetIndex{2}, model::SkipReason::budget);
  record(0, model::Outcome::ok);
  record(1, model::Outcome::ok);
  CHECK(has(overview(), "<h1>1 of 2 tenants paused</h1>"));
  CHECK(has(overview(), "1 probe paused by the budget"));
  record(0, model::Outcome::server_error);
  CHECK(has(overview(), "<h1>1 of 2 tenants in trouble</h1>"));
}

TEST_CASE("the only tenant, paused, is the headline") {
  PageTest page(many_targets(1));
  page.ledger.record_skipped(model::TargetIndex{0}, model::SkipReason::budget);
  CHECK(has(page.overview(), "<h1>Paused</h1>"));
}

TEST_CASE_FIXTURE(PageTest, "a page of a target shows phases, evidence and what to do next") {
  record(1, model::Outcome::ok);
  record(1, model::Outcome::server_error);
  const std::string page = detail(1);
  CHECK(has(page, "The last 2 probes since <time "));
  CHECK(has(page, "<h1>dataset</h1>"));
  CHECK(has(page, "connect 1 ms, TLS 9 ms, server 22 ms, path 8 ms, receive 1 ms"));
  CHECK(has(page, "-H &quot;Authorization: Bearer $"));
  CHECK(has(page, "href=\"dataset/evidence.json\" download"));
  CHECK(has(page, "<b>Next: </b>"));
  CHECK(has(page, "href=\"../../metrics\""));
}

TEST_CASE_FIXTURE(PageTest, "a page of a target with one of a kind says one") {
  ledger.record_skipped(model::TargetIndex{1}, model::SkipReason::overlap);
  record(1, model::Outcome::ok);
  const std::string page = detail(1);
  CHECK(has(page, ">1 of 1 good, 1 slot missed<"));
  CHECK(has(page, ">of 1 ok probe<"));
  CHECK(has(page, ">of 1 ok probe: the slowest<"));
  CHECK(has(page, "One probe so far, at <time "));
  CHECK(has(overview(), "1 good, 0 bad, 0 not counted, 1 slot missed"));
}

TEST_CASE_FIXTURE(PageTest, "the chart of latencies has an axis, whatever the outcomes") {
  const auto axis = [&] {
    const std::string page = detail(1);
    const auto from = page.find("class=\"axis");
    return page.substr(from, page.find("</div>", from) - from);
  };
  SUBCASE("that of good probes, though failures took longer") {
    record(1, model::Outcome::ok);
    model::ProbeResult slow = result_of(1, model::Outcome::response_timeout);
    slow.phases.wait = 5s;
    record(slow);
    CHECK(has(axis(), "<span>41 ms</span><span>20.5 ms</span><span>0</span>"));
  }
  SUBCASE("that of failures if nothing else is there") {
    for (int i = 0; i < 70; ++i)
      record(1, model::Outcome::not_the_api);
    CHECK(has(axis(), "<span>41 ms</span><span>20.5 ms</span><span>0</span>"));
  }
  SUBCASE("none but zero if nothing was measured") {
    model::ProbeResult unsent = result_of(1, model::Outcome::token_unavailable);
    unsent.phases = {};
    record(unsent);
    CHECK(has(axis(), "<span></span><span></span><span>0</span>"));
  }
}

TEST_CASE_FIXTURE(PageTest, "the golden page") {
  for (int i = 0; i < 4; ++i) {
    record(0, model::Outcome::ok);
    record(1, i < 2 ? model::Outcome::ok : model::Outcome::server_error);
  }
  std::string page = overview();
  const auto main = page.find("<main");
  page = page.substr(main, page.find("</main>") - main);
  // One element a line, so that a difference can be read.
  for (std::size_t at = page.find("><"); at != std::string::npos; at = page.find("><", at))
    page.insert(at + 1, "\n");
  const std::string path = source_path("tests/unit/goldens/overview.html");
  if (std::getenv("REINFER_UPDATE_GOLDENS") != nullptr) std::ofstream(path) << page << '\n';
  std::ostringstream golden;
  golden << std::ifstream(path).rdbuf();
  CHECK(page + "\n" == golden.str());
}

TEST_CASE("a filter takes part of a name, whatever its case, and only what is in trouble") {
  PageTest page(many_targets(30));
  page.record(7, model::Outcome::dns_error);
  page.record(8, model::Outcome::ok);
  const record::Snapshot snapshot = page.ledger.snapshot(page.now);
  CHECK(page::rows_of_overview(snapshot, {"T1/", false}).size() == 10);
  CHECK(page::rows_of_overview(snapshot, {"p7", false}) ==
        std::vector<model::TargetIndex>{model::TargetIndex{7}});
  CHECK(page::rows_of_overview(snapshot, {"", true}) ==
        std::vector<model::TargetIndex>{model::TargetIndex{7}});
  CHECK(page::rows_of_overview(snapshot, {"nobody", false}).empty());
  CHECK(has(page.overview({"nobody", false}), "No probe matches."));
}

TEST_CASE("a page of very many targets shows those in trouble and counts what it leaves out") {
  PageTest page(many_targets(450));
  page.record(449, model::Outcome::server_error);
  const auto rows = page::rows_of_overview(page.ledger.snapshot(page.now), {});
  CHECK(rows.size() == page::kPageRowsMax);
  CHECK(rows.back() == model::TargetIndex{449});
  CHECK(has(page.overview(), "50 probes more not shown: narrow the filter."));
}

TEST_CASE_FIXTURE(PageTest, "a reload that failed is told on every page") {
  record::Snapshot snapshot = ledger.snapshot(now);
  const auto rendered = [&] {
    const auto rows = page::rows_of_overview(snapshot, {});
    return page::render_overview(snapshot, rows, *ledger.recents(plan.get(), rows), {}, {});
  };
  CHECK_FALSE(has(rendered(), "The last reload failed."));
  snapshot.exporter.last_reload_successful = false;
  snapshot.exporter.reload_problems = {"a.toml:3:1: tenant.name: <missing>"};
  CHECK(has(rendered(), "<li>a.toml:3:1: tenant.name: &lt;missing&gt;</li>"));
  CHECK(has(rendered(), "The last reload failed."));
  CHECK(has(page::render_target_page(snapshot, model::TargetIndex{0}, {}, {}),
            "The last reload failed."));
}

TEST_CASE_FIXTURE(PageTest,
                  "the overview begins with the head that is sent before the rest is made") {
  record(0, model::Outcome::server_error);
  const std::string head = page::overview_head(ledger.snapshot(now));
  CHECK(overview().starts_with(head + "<body>"));
  CHECK(overview({"nobody", true}).starts_with(head + "<body>"));
  CHECK(has(head, "<title>1 of 2 tenants in trouble"));
  CHECK(has(head, "rel=\"stylesheet\""));
}

TEST_CASE("of many tenants the first can be painted before the last are written") {
  PageTest world(many_targets(300));
  const record::Snapshot snapshot = world.ledger.snapshot(world.now);
  const auto rows = page::rows_of_overview(snapshot, {});
  const auto recents = *world.ledger.recents(world.plan.get(), rows);
  page::OverviewPage parts(snapshot, rows, recents, {}, {}, {});
  const std::string begin = parts.begin();
  const std::string rest = parts.rest();
  CHECK(has(begin, "id=\"t-t0\""));
  CHECK_FALSE(has(begin, "id=\"t-t29\""));
  CHECK(has(rest, "id=\"t-t29\""));
  CHECK(begin + rest == page::render_overview(snapshot, rows, recents, {}, {}));
}

TEST_CASE_FIXTURE(PageTest, "without a script only the overview loads itself again, and seldom") {
  const std::string refresh = "<noscript><meta http-equiv=\"refresh\" content=\"60\"></noscript>";
  const std::string update = "<noscript><a class=\"update\" href=\"\">Update now</a></noscript>";
  CHECK(has(overview(), refresh));
  CHECK(has(overview(), update));
  CHECK_FALSE(has(detail(1), "http-equiv=\"refresh\""));
  CHECK(has(detail(1), update));
}

TEST_CASE_FIXTURE(PageTest, "what is remembered belongs to one plan") {
  const auto other = plan_from(kTwoTenants);
  CHECK(ledger.recents(plan.get(), {model::TargetIndex{0}}).has_value());
  CHECK_FALSE(ledger.recents(other.get(), {model::TargetIndex{0}}).has_value());
}

TEST_CASE_FIXTURE(PageTest, "availability is cut, never rounded up to what it is not") {
  CHECK(page::percent(std::nullopt) == "\xe2\x80\x93");
  CHECK(page::percent(1.0) == "100 %");
  CHECK(page::percent(0.99999) == "99.99 %");
  CHECK(page::percent(0.0) == "0.00 %");
}

TEST_CASE("a wait is split into server time and path") {
  record::RecentSample sample;
  sample.tls = 3000;
  sample.wait = 50000;
  sample.server = 40000;
  sample.outcome = model::Outcome::ok;
  const page::LatencySplit split = page::split_of(sample);
  CHECK(split.server == 40000);
  CHECK(split.path == 10000);
  CHECK(split.total() == 53000);
  SUBCASE("a server that claims more than the wait gets all of the wait") {
    sample.server = 90000;
    CHECK(page::split_of(sample).server == 50000);
    CHECK(page::split_of(sample).path == 0);
  }
  SUBCASE("a wait whose server said nothing is not split") {
    sample.server = record::RecentSample::kAbsent;
    CHECK(page::split_of(sample).unsplit == 50000);
    CHECK(page::describe_split(page::split_of(sample)) == "TLS 3 ms, server and path 50 ms");
  }
  SUBCASE("failures are not in the mean") {
    record::RecentSample failed = sample;
    failed.outcome = model::Outcome::response_timeout;
    CHECK(page::mean_split({sample, failed}).samples == 1);
  }
}

TEST_CASE("assets are found by the name that the page gives them and by no other") {
  const std::string path = page::asset_path("page.css");
  CHECK(path.starts_with("assets/page."));
  const page::Asset* css = page::find_asset(path.substr(7));
  REQUIRE(css != nullptr);
  CHECK(css->type == "text/css; charset=utf-8");
  CHECK(has(std::string(css->content), "prefers-color-scheme"));
  CHECK(page::find_asset("page.css") == nullptr);
  CHECK(page::find_asset("../page.css") == nullptr);
}

}  // namespace
}  // namespace reinfer::tests::page_test
