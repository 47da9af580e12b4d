#include "base/instruments.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "http/server_instruments.h"
#include "metrics/exposition.h"
#include "metrics/metrics.h"
#include "record/ledger.h"
#include "tests/unit/plans.h"

namespace reinfer::tests::instruments_test {
namespace {

using namespace std::chrono_literals;

// The lines of `name` in an exposition of these instruments.
std::string lines_of(const base::Instruments& instruments, std::string_view name,
                     metrics::Format format = metrics::Format::text) {
  const record::Ledger ledger(plan_from(kTwoTenants), {});
  const std::string text =
      metrics::render_metrics(ledger.snapshot({}), metrics::collect(instruments), {}, format);
  std::string lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    const std::string line = text.substr(at, end - at + 1);
    if (line.find(name) != std::string::npos) lines += line;
    at = end + 1;
  }
  return lines;
}

TEST_CASE("instruments are shown in the order of their registration, whatever their types") {
  base::Instruments instruments;
  instruments.histogram("b_seconds", "Second of all.", {0.5}).observe(0.25);
  instruments.gauge("a", "A gauge.").set(-1.5);
  base::Counter counter = instruments.counter("a_total", "A counter.");
  counter.add();
  counter.add(2);
  std::vector<std::string> names;
  for (const metrics::InstrumentFamily& family : metrics::collect(instruments))
    names.push_back(family.name);
  CHECK(names == std::vector<std::string>{"b_seconds", "a", "a_total"});
  CHECK(lines_of(instruments, "b_seconds") ==
        "# HELP b_seconds Second of all.\n"
        "# TYPE b_seconds histogram\n"
        "b_seconds_count 1\n"
        "b_seconds_sum 0.25\n"
        "b_seconds_bucket{le=\"0.5\"} 1\n"
        "b_seconds_bucket{le=\"+Inf\"} 1\n");
  CHECK(lines_of(instruments, "a_total") ==
        "# HELP a_total A counter.\n# TYPE a_total counter\na_total 3\n");
}

TEST_CASE("a fact is 1, with its labels in their order") {
  base::Instruments instruments;
  instruments.fact("zz_info", "Which of how many.", {{"shard", "0"}, {"of", "3"}});
  CHECK(
      lines_of(instruments, "zz_info") ==
      "# HELP zz_info Which of how many.\n# TYPE zz_info gauge\nzz_info{shard=\"0\",of=\"3\"} 1\n");
}

TEST_CASE("samples are sorted by their labels, in the order in which these were named") {
  base::Instruments instruments;
  base::CounterFamily family = instruments.counters("zz_total", "By path.", {"path", "code"});
  CHECK(lines_of(instruments, "zz_total").empty());
  for (int i = 30; i > 0; --i)
    family.with({i % 2 == 0 ? "/b" : "/a", std::to_string(100 + i)}).add(i);
  family.with({"/a", "101"}).add();
  const std::string lines = lines_of(instruments, "zz_total{");
  CHECK(
      lines.starts_with("zz_total{path=\"/a\",code=\"101\"} 2\n"
                        "zz_total{path=\"/a\",code=\"103\"} 3\n"));
  CHECK(lines.ends_with("zz_total{path=\"/b\",code=\"130\"} 30\n"));
}

TEST_CASE("counters of known values are there at 0, in the order of the values") {
  base::Instruments instruments;
  std::vector<base::Counter> counters =
      instruments.counters_by("zz_total", "By reason.", "reason", {"slow", "busy", "another"});
  counters[1].add();
  CHECK(counters[1].value() == 1);
  CHECK(
      lines_of(instruments, "zz_total{") ==
      "zz_total{reason=\"slow\"} 0\nzz_total{reason=\"busy\"} 1\nzz_total{reason=\"another\"} 0\n");
}

TEST_CASE("an optional gauge has a sample only while it is set") {
  base::Instruments instruments;
  base::OptionalGauge gauge = instruments.optional_gauge("zz", "A gauge.");
  CHECK(lines_of(instruments, "zz").empty());
  gauge.clear();
  gauge.set(1);
  gauge.set(2);
  CHECK(gauge.value() == 2);
  CHECK(lines_of(instruments, "zz ").ends_with("\nzz 2\n"));
  gauge.clear();
  CHECK_FALSE(gauge.value());
  CHECK(lines_of(instruments, "zz ").empty());
}

TEST_CASE("label values of instruments are escaped") {
  base::Instruments instruments;
  instruments.counters("zz_total", "Odd.", {"a"}).with({"a \"word\"\\\n"}).add();
  CHECK(lines_of(instruments, "zz_total{") == "zz_total{a=\"a \\\"word\\\"\\\\\\n\"} 1\n");
}

TEST_CASE("the HTTP side counts from 0, and shows its web configuration once there is one") {
  base::Instruments instruments;
  http::ServerInstruments server(instruments, "/metrics");
  CHECK(lines_of(instruments, "http_requests_total{") ==
        "reinfer_exporter_http_requests_total{path=\"/metrics\",code=\"200\"} 0\n");
  CHECK(lines_of(instruments, "reason=\"tls\"") ==
        "reinfer_exporter_http_rejected_total{reason=\"tls\"} 0\n");
  CHECK(lines_of(instruments, "web_").empty());
  server.count_rejection(http::Rejection::tls);
  server.set_connections(4);
  server.set_web_reload(true, base::WallTime(1000s));
  CHECK(server.rejections(http::Rejection::tls) == 1);
  CHECK(server.connections() == 4);
  CHECK(lines_of(instruments, "expiry_timestamp_seconds ")
            .ends_with("\nreinfer_exporter_web_certificate_expiry_timestamp_seconds 1000\n"));
  server.set_web_reload(false, std::nullopt);
  CHECK(server.web_reload_successful() == false);
  CHECK(lines_of(instruments, "certificate").empty());
}

}  // namespace
}  // namespace reinfer::tests::instruments_test
