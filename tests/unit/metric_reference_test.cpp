#include "metrics/metric_reference.h"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "app/options.h"
#include "app/shown_options.h"
#include "base/text.h"
#include "history/history.h"
#include "http/server_instruments.h"
#include "metrics/metrics.h"
#include "record/ledger.h"
#include "tests/unit/plans.h"
#include "tests/unit/source_path.h"

namespace reinfer::tests::metric_reference_test {
namespace {

using namespace std::chrono_literals;

constexpr const char* kMark = "<!-- generated -->\n";
const base::Instant kNow{base::WallTime{1795392000s}, base::MonoTime{1s}};

constexpr std::string_view kEverything = R"(
[[control]]
name = "internet"
url = "https://example.org/"
[[tenant]]
name = "acme"
base_url = "https://acme.reinfer.io"
token_env = "OLD_TOKEN"
slo = { availability = 99.9, latency = "800ms", latency_ratio = 95 }
  [[tenant.probe]]
  use = "projects"
)";

// One of each family has been measured.
record::Snapshot full_snapshot() {
  record::Ledger ledger(plan_from(kEverything), kNow);
  model::ProbeResult result;
  result.target = model::TargetIndex{0};
  result.outcome = model::Outcome::ok;
  result.application_answered = true;
  result.http_status = 200;
  result.finished = kNow;
  result.phases.total = result.phases.wait = 1ms;
  result.body_bytes = 1;
  result.tcp = model::TcpFacts{1ms, 0};
  ledger.record_started(result.target, 0ns);
  ledger.record(result);
  record::Snapshot snapshot = ledger.snapshot(kNow);
  for (std::size_t i = 0; i < snapshot.tenants.size(); ++i) {
    record::TenantRecord tenant = snapshot.tenants[i];
    tenant.certificate_expiry = tenant.token.last_change = tenant.token.expiry = kNow.wall;
    tenant.token.accepted = true;
    snapshot.tenants.replace(i, std::move(tenant));
  }
  snapshot.controls = {true};
  return snapshot;
}

// Everything that an exporter with all its options registers.
metrics::InstrumentSamples all_instruments() {
  base::Instruments instruments;
  app::Options options;
  options.sharded = true;
  options.telemetry.place.external_url = "https://exporter.example.com";
  app::show_options(options, instruments);
  metrics::dropped_log_lines(instruments);
  metrics::scrape_duration(instruments);
  http::ServerInstruments server(instruments, "/metrics");
  server.set_web_reload(true, kNow.wall);
  history::HistoryInstruments history(instruments);
  return metrics::collect(instruments);
}

// What an exporter without any option shows before its first probe.
std::set<std::string> names_at_start() {
  base::Instruments instruments;
  app::show_options({}, instruments);
  metrics::dropped_log_lines(instruments);
  metrics::scrape_duration(instruments);
  http::ServerInstruments server(instruments, "/metrics");
  record::Ledger ledger(plan_from(kTwoTenants), kNow);
  const std::string text = metrics::render_metrics(
      ledger.snapshot(kNow), metrics::collect(instruments), {1, 1, 1, 1, 1, 1});
  std::set<std::string> names;
  for (const std::string_view line : base::split(text, '\n'))
    if (line.starts_with("# TYPE ")) names.emplace(line.substr(7, line.find(' ', 7) - 7));
  return names;
}

std::vector<std::string> named(const std::string& markdown) {
  std::vector<std::string> names;
  for (const std::string_view line : base::split(markdown, '\n'))
    if (line.starts_with("| `reinfer_") || line.starts_with("| `process_"))
      names.emplace_back(line.substr(3, line.find('`', 3) - 3));
  return names;
}

TEST_CASE("a metric is said to be absent exactly if the first scrape may lack it") {
  const std::set<std::string> at_start = names_at_start();
  std::set<std::string> absent;
  for (const metrics::AbsenceRow& row : metrics::absences())
    CHECK(absent.insert(std::string(row.metric)).second);
  const std::vector<std::string> all =
      named(metrics::metric_reference_markdown(full_snapshot(), all_instruments()));
  CHECK(all.size() > 60);
  for (const std::string& name : all) {
    CAPTURE(name);
    CHECK(at_start.contains(name) != absent.contains(name));
    absent.erase(name);
  }
  CHECK(absent.empty());
}

TEST_CASE("dashboards/metrics.md holds the reference of metrics that the program makes") {
  const std::string path = source_path("dashboards/metrics.md");
  std::ostringstream read;
  read << std::ifstream(path).rdbuf();
  const std::string text = read.str();
  const auto mark = text.find(kMark);
  REQUIRE(mark != std::string::npos);
  const std::string written =
      text.substr(0, mark) + kMark + "\n" +
      metrics::metric_reference_markdown(full_snapshot(), all_instruments());
  if (std::getenv("REINFER_UPDATE_GOLDENS") != nullptr) std::ofstream(path) << written;
  std::ostringstream now;
  now << std::ifstream(path).rdbuf();
  CHECK(now.str() == written);
}

}  // namespace
}  // namespace reinfer::tests::metric_reference_test
