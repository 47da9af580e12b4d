#include <doctest/doctest.h>
#include <fmt/format.h>

#include <set>
#include <sstream>

#include "base/text.h"
#include "metrics/metrics.h"
#include "record/ledger.h"
#include "record/tally.h"
#include "tests/unit/goldens.h"
#include "tests/unit/instruments.h"
#include "tests/unit/plans.h"

namespace reinfer::tests::metrics_test {
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

// Every target answered once, all with one status code.
record::Snapshot steady_state(const std::shared_ptr<const model::Plan>& plan) {
  record::Ledger ledger(plan, kNow);
  for (std::size_t i = 0; i < plan->targets().size(); ++i) {
    model::ProbeResult result;
    result.target = model::TargetIndex(i);
    result.outcome = model::Outcome::ok;
    result.http_status = 200;
    result.application_answered = true;
    result.body_bytes = 1;
    result.tls = model::TlsFacts{"", "", base::WallTime{1s}};
    result.finished = kNow;
    result.phases.total = result.phases.wait = 1ms;
    result.server_processing = result.network_overhead = 500us;
    result.tcp = model::TcpFacts{1ms, 0};
    ledger.record_started(result.target, 0ns);
    ledger.record(result);
  }
  record::Snapshot snapshot = ledger.snapshot(kNow);
  for (std::size_t i = 0; i < plan->tenants().size(); ++i) {
    const model::Tenant& tenant = plan->tenants()[i];
    record::TenantRecord record = snapshot.tenants[i];
    if (!tenant.base_url.starts_with("https://")) record.certificate_expiry.reset();
    record.token = {};
    record.token.accepted = true;
    if (tenant.token.kind == model::TokenSource::Kind::oauth) record.token.expiry = kNow.wall + 1h;
    snapshot.tenants.replace(i, std::move(record));
  }
  for (auto& reachable : snapshot.controls)
    reachable = true;
  snapshot.exporter.clock_source = model::ClockSource::kernel;
  return snapshot;
}

constexpr std::string_view kOfEachKind = R"(
[[control]]
name = "internet"
url = "https://example.org/"
[[tenant]]
name = "oauth"
base_url = "https://acme.reinfer.io"
oauth.token_url = "https://id.example.org/token"
oauth.client_id = "me"
oauth.client_secret_env = "S"
slo = { availability = 99.9, count = ["platform"] }
  [[tenant.probe]]
  use = "projects"
[[tenant]]
name = "plain"
base_url = "http://localhost:8080"
token_env = "OLD_TOKEN"
  [[tenant.probe]]
  use = "projects"
  slo = { latency = "333ms", latency_ratio = 95 }
  [[tenant.probe]]
  use = "not_found"
  slo = { availability = 99, latency = "800ms", latency_ratio = 95 }
)";

TEST_CASE("the series foretold are the series served, in every format") {
  for (const std::string_view toml : {kTwoTenants, kOfEachKind}) {
    const auto plan = plan_from(toml);
    const record::Snapshot snapshot = steady_state(plan);
    const std::size_t foretold = model::expected_series(*plan);
    const metrics::ProcessStats process{1.0, 1.0, 1.0, 1.0, 1.0, 1.0};
    const auto rendered = [&](metrics::Format format) {
      return metrics::render_metrics(snapshot, some_instruments(), process, format);
    };
    const std::string text = rendered(metrics::Format::text);
    CHECK(value_lines(text) == foretold);
    CHECK(text.find(fmt::format("\nreinfer_exporter_series {}\n", foretold)) != std::string::npos);
    CHECK(value_lines(rendered(metrics::Format::openmetrics)) == foretold);
    CHECK(value_lines(rendered(metrics::Format::openmetrics_created)) > foretold);
  }
}

TEST_CASE("OpenMetrics has _created series only where they were asked for") {
  const record::Snapshot snapshot = steady_state(plan_from(kTwoTenants));
  const auto has = [&](metrics::Format format, std::string_view line) {
    return metrics::render_metrics(snapshot, some_instruments(), {}, format).find(line) !=
           std::string::npos;
  };
  for (const std::string_view line :
       {"\nreinfer_probe_duration_seconds_created{", "\nreinfer_probe_results_created{"}) {
    CHECK_FALSE(has(metrics::Format::openmetrics, line));
    CHECK(has(metrics::Format::openmetrics_created, line));
  }
  CHECK(metrics::with_created_series(metrics::Format::openmetrics) ==
        metrics::Format::openmetrics_created);
  CHECK(metrics::with_created_series(metrics::Format::text) == metrics::Format::text);
}

TEST_CASE("a target costs at most 125 series by default") {
  const auto plan = plan_from(R"(
[[tenant]]
name = "acme"
base_url = "https://reinfer.io"
token_env = "T"
[[tenant.probe]]
use = "projects"
)");
  CHECK(model::expected_series(plan->targets()[0]) <= 125);
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
}  // namespace reinfer::tests::metrics_test
