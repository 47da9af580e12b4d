#include <doctest/doctest.h>

#include <set>
#include <sstream>

#include "base/text.h"
#include "metrics/metrics.h"
#include "record/ledger.h"
#include "record/tally.h"
#include "tests/unit/goldens.h"
#include "tests/unit/instruments.h"
#include "tests/unit/plans.h"

namespace reinfer::tests {
namespace {

using namespace std::chrono_literals;

const base::Instant kNow{base::WallTime{1795392000s}, base::MonoTime{1s}};

std::string without_build_info(const std::string& text) {
  std::istringstream lines(text);
  std::string result;
  for (std::string line; std::getline(lines, line);)
    if (line.rfind("reinfer_exporter_build_info{", 0) != 0) result += line + "\n";
  return result;
}

std::size_t value_lines(const std::string& text) {
  std::istringstream lines(text);
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line);)
    count += line[0] != '#' ? 1 : 0;
  return count;
}

TEST_CASE("the exposition is the contract, byte for byte") {
  const auto plan = plan_from(kTwoTenants);
  record::Ledger ledger(plan, kNow);
  check_golden("metrics_at_start.txt", without_build_info(metrics::render_metrics(
                                           ledger.snapshot(kNow), some_instruments(), {})));
}

// Without the lines about the exporter itself.
std::string of_targets(const std::string& text) {
  std::string kept;
  for (const std::string_view line : base::split(text, '\n'))
    if (!line.empty() && line.find("reinfer_exporter_") == std::string_view::npos &&
        line.find("process_") == std::string_view::npos)
      kept += std::string(line) + "\n";
  return kept;
}

TEST_CASE("what was measured stands beside what was not") {
  const auto plan = plan_from(kTwoTenants);
  record::Ledger ledger(plan, kNow);
  model::ProbeResult result;
  result.target = model::TargetIndex{1};
  result.outcome = model::Outcome::ok;
  result.application_answered = true;
  result.http_status = 200;
  result.finished = kNow;
  result.phases = {1ms, 2ms, 3ms, 100us, 50ms, 400us, 56500us};
  result.server_processing = 37700us;
  result.network_overhead = 12300us;
  result.server_timing_state = model::ServerTimingState::ok;
  result.body_bytes = 1234;
  result.tcp = model::TcpFacts{11ms, 1};
  result.tls = model::TlsFacts{"TLSv1.3", "x", base::WallTime{1800000000s}};
  ledger.record_started(result.target, 150us);
  ledger.record(result);
  ledger.record_skipped(model::TargetIndex{2}, model::SkipReason::overlap, 2);
  check_golden("metrics_after_one_probe.txt",
               of_targets(metrics::render_metrics(ledger.snapshot(kNow), some_instruments(), {})));
}

TEST_CASE("one target alone has the same lines as among the others") {
  const auto plan = plan_from(kTwoTenants);
  record::Ledger ledger(plan, kNow);
  model::ProbeResult result;
  result.target = model::TargetIndex{1};
  result.outcome = model::Outcome::gateway_error;
  result.http_status = 502;
  result.finished = kNow;
  result.phases.total = 5ms;
  record::ExporterRecord ignored;
  record::TargetRecord record = record::empty_record(plan->target(result.target), kNow.wall);
  record::tally(result, record, ignored);
  const std::string alone = metrics::render_target_metrics(*plan, result.target, record);
  ledger.record_started(result.target, 0ns);
  ledger.record(result);
  const std::string all = metrics::render_metrics(ledger.snapshot(kNow), some_instruments(), {});
  CHECK(value_lines(alone) > 60);
  for (const std::string_view line : base::split(alone, '\n'))
    CHECK(all.find(line) != std::string::npos);
  CHECK(alone.find("probe=\"not_found\"") == std::string::npos);
}

TEST_CASE("the series foretold are the series served") {
  for (const std::string_view toml : {kTwoTenants}) {
    const auto plan = plan_from(toml);
    record::Ledger ledger(plan, kNow);
    std::uint64_t results = 0;
    for (std::size_t i = 0; i < plan->targets().size(); ++i) {
      for (const int code : {200, 500}) {
        model::ProbeResult result;
        result.target = model::TargetIndex(i);
        result.http_status = code;
        result.body_bytes = 1;
        result.outcome = model::Outcome::ok;
        result.tls = model::TlsFacts{"", "", base::WallTime{1s}};
        result.finished = kNow;
        result.phases.total = 1ms;
        result.phases.wait = 1ms;
        result.tcp = model::TcpFacts{1ms, 0};
        ledger.record_started(result.target, 0ns);
        ledger.record(result);
        ++results;
      }
    }
    const std::string text = metrics::render_metrics(ledger.snapshot(kNow), some_instruments(),
                                                     {1.0, 1.0, 1.0, 1.0, 1.0, 1.0});
    CHECK(value_lines(text) <= model::expected_series(*plan));
    CHECK(value_lines(text) + 30 >= model::expected_series(*plan));
    CHECK(text.find("reinfer_exporter_series " + std::to_string(value_lines(text))) !=
          std::string::npos);
  }
}

TEST_CASE("a target costs at most 115 series by default") {
  const auto plan = plan_from(R"(
[[tenant]]
name = "acme"
base_url = "https://reinfer.io"
token_env = "T"
[[tenant.probe]]
use = "projects"
)");
  CHECK(model::expected_series(plan->targets()[0]) <= 115);
}

TEST_CASE("every line is well formed, no series stands twice, no family is empty") {
  const auto plan = plan_from(kTwoTenants);
  record::Ledger ledger(plan, kNow);
  std::istringstream lines(metrics::render_metrics(ledger.snapshot(kNow), some_instruments(), {}));
  std::set<std::string> seen;
  std::string previous;
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    if (line.rfind("# TYPE", 0) == 0) CHECK(previous.rfind("# HELP", 0) == 0);
    if (previous.rfind("# TYPE", 0) == 0) CHECK(line[0] != '#');
    if (line[0] != '#') CHECK(seen.insert(line.substr(0, line.rfind(' '))).second);
    previous = line;
  }
  CHECK(previous[0] != '#');
}

}  // namespace
}  // namespace reinfer::tests
