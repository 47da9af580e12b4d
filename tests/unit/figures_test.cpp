#include "model/figures.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "api/documents.h"
#include "base/duration.h"
#include "base/text.h"
#include "explain/availability.h"
#include "explain/glossary.h"
#include "page/page.h"
#include "record/ledger.h"
#include "terminal/probe_summary.h"
#include "tests/unit/plans.h"
#include "tests/unit/source_path.h"

namespace reinfer::tests::figures_test {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::ordered_json;

const base::Instant kNow{base::WallTime{1795392000s}, base::MonoTime{100000s}};

// The n-th of a series: slower from one to the next, and the server and the path in step.
model::ProbeResult ok_result(int n) {
  model::ProbeResult result;
  result.target = model::TargetIndex{0};
  result.outcome = model::Outcome::ok;
  result.finished = {kNow.wall - 20min + n * 30s, kNow.mono - 20min + n * 30s};
  result.started = {result.finished.wall - 1s, result.finished.mono - 1s};
  result.phases = {2ms, 11ms, 25ms, 3ms, 100ms + n * 1ms, 7ms, 148ms + n * 1ms};
  result.server_processing = 80ms + n * 500us;
  result.network_overhead =
      model::shares_of_wait(*result.phases.wait, *result.server_processing).path;
  return result;
}

// The words of the page, without its tags.
std::string text_of(const std::string& html) {
  std::string text;
  bool inside = false;
  for (const char c : html) {
    if (c == '<') inside = true;
    if (!inside) text += c;
    if (c == '>') {
      inside = false;
      text += ' ';
    }
  }
  return text;
}

std::string file(const char* name) {
  std::ostringstream text;
  text << std::ifstream(source_path(name)).rdbuf();
  return text.str();
}

TEST_CASE("a wait is server time and path, whatever the server claims") {
  CHECK(model::shares_of_wait(50ms, 40ms) == model::WaitShares{40ms, 10ms});
  CHECK(model::shares_of_wait(50ms, 90ms) == model::WaitShares{50ms, 0ms});
  CHECK(model::shares_of_wait(50ms, 0ms) == model::WaitShares{0ms, 50ms});
}

TEST_CASE("a quantile is a value that was measured") {
  CHECK(model::nearest_rank(100, 50) == 49);
  CHECK(model::nearest_rank(100, 99) == 98);
  CHECK(model::nearest_rank(100, 100) == 99);
  CHECK(model::nearest_rank(20, 95) == 18);
  CHECK(model::nearest_rank(1, 50) == 0);
  CHECK(model::nearest_rank(2, 50) == 0);
}

TEST_CASE("page, API and terminal show the same p50, server time and path of the same probes") {
  const auto plan = plan_from(kTwoTenants);
  record::Ledger ledger(plan, kNow);
  terminal::ProbeSummary summary(*plan);
  for (int n = 0; n < 21; ++n) {
    model::ProbeResult result = ok_result(n);
    // Not to be trusted, sent twice, failed: out of the figures everywhere.
    if (n == 18) result.uncertainty = {.wait = 80ms, .total = 80ms};
    if (n == 19) result.resent = true;
    if (n == 20) result.outcome = model::Outcome::server_error;
    ledger.record_started(result.target, 0ns);
    ledger.record(result);
    summary.add(result);
  }
  const record::Snapshot snapshot = ledger.snapshot(kNow);
  const model::Target& target = plan->targets()[0];
  const auto evidence_of = [&](std::string_view tenant, std::string_view probe) {
    return ledger.evidence(tenant, probe);
  };
  const Json latency = Json::parse(*api::api_target(snapshot, evidence_of, target.tenant_name,
                                                    target.probe, {}))["data"]["latency"];
  const std::string sum =
      terminal::render_summary(*plan, summary, 10min, 0, terminal::TerminalStyle{});
  const std::string shown = text_of(
      page::render_target_page(snapshot, model::TargetIndex{0},
                               evidence_of(target.tenant_name, target.probe)->evidence, {}));
  struct Row {
    const char* name;    // of the terminal
    const char* member;  // of the API
    std::array<base::Nanoseconds, 4> values;
  };
  for (const Row& row : {Row{"total", "duration", {156ms, 164ms, 165ms, 165ms}},
                         Row{"server", "server_processing", {84500us, 88500us, 89ms, 90ms}},
                         Row{"path", "network_overhead", {24500us, 28500us, 30ms, 30ms}}}) {
    CAPTURE(row.name);
    std::string cells;
    for (std::size_t i = 0; i < row.values.size(); ++i) {
      const std::string quantile = std::array{"p50", "p90", "p95", "p99"}[i];
      CAPTURE(quantile);
      const base::Nanoseconds value = row.values[i];
      CHECK(latency[row.member][quantile + "_seconds"] == doctest::Approx(base::to_seconds(value)));
      cells += fmt::format("{:>8}", base::describe_duration(value));
      if (row.name == std::string("total") && quantile != "p90")
        CHECK(shown.find(quantile + "   " + base::describe_duration(value)) != std::string::npos);
    }
    const std::size_t begin = sum.find(fmt::format("\n  {} ", row.name));
    REQUIRE(begin != std::string::npos);
    CHECK(sum.substr(begin, sum.find('\n', begin + 1) - begin).find(cells) != std::string::npos);
  }
}

TEST_CASE("the page calls path what the terminal and the metrics call path") {
  const auto plan = plan_from(kTwoTenants);
  record::Ledger ledger(plan, kNow);
  const model::ProbeResult result = ok_result(10);
  ledger.record_started(result.target, 0ns);
  ledger.record(result);
  const record::Snapshot snapshot = ledger.snapshot(kNow);
  const model::Target& target = plan->targets()[0];
  const std::string shown = text_of(page::render_overview(
      snapshot, {model::TargetIndex{0}},
      {ledger.evidence(target.tenant_name, target.probe)->evidence.recent()}, {}, {}));
  // Of 158 ms in all, 110 ms are the wait.
  CHECK(shown.find("server 85 ms   path 25 ms") != std::string::npos);
  CHECK(snapshot.targets[0].network_overhead.classic().sum() == doctest::Approx(0.025));
}

TEST_CASE("availability is said of the time that was watched") {
  record::RecentResults recent;
  const auto said = [&](base::Nanoseconds after) {
    std::string text;
    for (const auto& figure :
         explain::availability_figures(recent, ok_result(0).finished.mono + after))
      text += (figure.whole ? "" : "of ") + figure.span + " ";
    return text;
  };
  CHECK(said(0s) == "hour day ");  // nothing is known of either
  recent.note(ok_result(0));
  CHECK(said(0s) == "of 1 s ");
  CHECK(said(18300ms) == "of 18 s ");
  CHECK(said(54min) == "of 54 min ");
  CHECK(said(55min) == "hour of 55 min ");
  CHECK(said(23h) == "hour of 23 h ");
  CHECK(said(24h) == "hour day ");
  CHECK(said(100h) == "hour day ");
}

TEST_CASE("after a restart the day goes on, and the hour begins with the process") {
  record::RecentResults before;
  before.note(ok_result(0));
  const base::Instant restart{ok_result(0).finished.wall + 3h, ok_result(0).finished.mono + 3h};
  record::RecentResults recent;
  recent.restore_day(before.day(restart.mono), restart);
  const auto said = [&](base::Nanoseconds after) {
    std::string text;
    for (const auto& figure : explain::availability_figures(recent, restart.mono + after))
      text += figure.span + " ";
    return text;
  };
  CHECK(said(1s) == "day ");
  model::ProbeResult result = ok_result(0);
  result.finished = restart;
  recent.note(result);
  CHECK(said(12min) == "12 min day ");
  CHECK(said(55min) == "hour day ");
}

TEST_CASE("README and metrics.md have the glossary between them, and the page prints it") {
  const std::string readme = file("README.md");
  const std::string metrics = file("dashboards/metrics.md");
  const auto plan = plan_from(kTwoTenants);
  const record::Ledger ledger(plan, kNow);
  const std::string shown = text_of(page::render_overview(ledger.snapshot(kNow), {}, {}, {}, {}));
  for (const explain::GlossaryEntry& entry : explain::glossary()) {
    CAPTURE(entry.word);
    const std::string row = fmt::format("| {} | {} |\n", entry.word, entry.meaning);
    CHECK((readme.find(row) != std::string::npos) != (metrics.find(row) != std::string::npos));
    CHECK(shown.find(entry.meaning) != std::string::npos);
  }
}

}  // namespace
}  // namespace reinfer::tests::figures_test
