#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "explain/curl_line.h"
#include "explain/probe_report.h"
#include "page/status_text.h"
#include "record/ledger.h"
#include "tests/unit/plans.h"

namespace reinfer::tests::report_test {
namespace {

using namespace std::chrono_literals;

model::ProbeResult result_of(model::Outcome outcome) {
  model::ProbeResult result;
  result.target = model::TargetIndex{1};
  result.started.wall = base::WallTime{1795392000s + 5ms};
  result.outcome = outcome;
  result.request_id = "id-1";
  result.phases.total = 41200us;
  return result;
}

TEST_CASE("a probe as JSON has every member, and only what was measured has a value") {
  const auto plan = plan_from(kTwoTenants);
  model::ProbeResult result = result_of(model::Outcome::ok);
  result.http_status = 200;
  result.phases.wait = 40ms;
  result.server_timing = {{"cfL4", std::nullopt, "x"}, {"total", 37.7, ""}};
  result.server_processing = 37700us;
  result.network_overhead = 2300us;
  result.clock_source = model::ClockSource::kernel;
  result.uncertainty = {50us, 2ms, false};
  result.tcp = model::TcpFacts{11ms, 1};
  const auto json = nlohmann::json::parse(explain::to_json_line(*plan, result));
  CHECK(json["tenant"] == "acme");
  CHECK(json["probe"] == "dataset");
  CHECK(json["outcome"] == "ok");
  CHECK(json["fault"] == "none");
  CHECK(json["http_status"] == 200);
  CHECK(json["started"] == "2026-11-23T00:00:00.005Z");
  CHECK(json["duration_seconds"] == doctest::Approx(0.0412));
  CHECK(json["phases"] == nlohmann::json{{"wait", 0.04}});
  CHECK(json["server_timing"].size() == 2);
  CHECK(json["server_timing"][0] == nlohmann::json{{"name", "cfL4"}, {"description", "x"}});
  CHECK(json["server_timing"][1]["duration_ms"] == 37.7);
  CHECK(json["server_processing_seconds"] == doctest::Approx(0.0377));
  CHECK(json["network_overhead_seconds"] == doctest::Approx(0.0023));
  CHECK(json["message"] == "");
  CHECK(json["clock_source"] == "kernel");
  CHECK(json["wait_uncertainty_seconds"] == doctest::Approx(0.00005));
  CHECK(json["duration_uncertainty_seconds"] == doctest::Approx(0.002));
  CHECK(json["tcp"]["rtt_seconds"] == doctest::Approx(0.011));
  CHECK(json["tcp"]["retransmits"] == 1);
}

TEST_CASE("a probe that got no reply has nulls, not zeros") {
  const auto plan = plan_from(kTwoTenants);
  const auto json =
      nlohmann::json::parse(explain::to_json_line(*plan, result_of(model::Outcome::dns_error)));
  CHECK(json["http_status"].is_null());
  CHECK(json["server_processing_seconds"].is_null());
  CHECK(json["fault"] == "network");
  CHECK(json["tls"].is_null());
  CHECK(json["tcp"].is_null());
}

TEST_CASE("bytes that are not UTF-8 do not break the JSON line") {
  const auto plan = plan_from(kTwoTenants);
  model::ProbeResult result = result_of(model::Outcome::ok);
  result.server_timing = {{"x", 1.0, "\xff\xfe"}};
  CHECK(nlohmann::json::accept(explain::to_json_line(*plan, result)));
}

TEST_CASE("evidence holds the headers and a command that anybody may paste") {
  const auto plan = plan_from(R"(
[[tenant]]
name = "acme"
base_url = "https://reinfer.io"
token_env = "T"
[[tenant.probe]]
name = "p"
method = "POST"
path = "/api/v1/audit/query"
body = """{"text":"it's"}"""
)");
  model::ProbeResult result = result_of(model::Outcome::server_error);
  result.target = model::TargetIndex{0};
  result.request_headers = {{"x-request-id", "id-1"}};
  result.response_headers = {{"cf-ray", "0123"}};
  const auto json = nlohmann::json::parse(explain::to_evidence_json(*plan, result));
  CHECK(json["response_headers"][0]["value"] == "0123");
  CHECK(json["curl"] == explain::to_curl_line(*plan, result));
  CHECK(json["curl"].get<std::string>().find("Bearer $T\"") != std::string::npos);
}

TEST_CASE("the plain page lists every target with its last outcome") {
  const auto plan = plan_from(kTwoTenants);
  const base::Instant now{base::WallTime{1795392000s}, base::MonoTime{1s}};
  record::Ledger ledger(plan, now);
  ledger.record_started(model::TargetIndex{1}, 0ns);
  model::ProbeResult result = result_of(model::Outcome::tls_error);
  result.finished.wall = now.wall - 30s;
  ledger.record(result);
  const std::string page = page::render_status_text(ledger.snapshot(now), "/metrics");
  CHECK(page.find("acme/not_found: not probed yet, 0 results") != std::string::npos);
  CHECK(page.find("acme/dataset: tls_error 30 s ago, fault: network, 1 result, 0 slots skipped") !=
        std::string::npos);
}

}  // namespace
}  // namespace reinfer::tests::report_test
