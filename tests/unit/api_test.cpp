#include "api/documents.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "record/ledger.h"
#include "tests/unit/goldens.h"
#include "tests/unit/plans.h"

namespace reinfer::tests::api_test {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::ordered_json;

const base::Instant kNow{base::WallTime{1795392000s}, base::MonoTime{1000s}};

model::ProbeResult result_of(std::uint32_t target, model::Outcome outcome, base::Nanoseconds ago) {
  model::ProbeResult result;
  result.target = model::TargetIndex{target};
  result.outcome = outcome;
  result.started = {kNow.wall - ago, kNow.mono - ago};
  result.finished = {kNow.wall - ago + 60ms, kNow.mono - ago + 60ms};
  result.http_status = outcome == model::Outcome::ok ? 200 : 503;
  result.application_answered = true;
  result.phases = {1ms, 2ms, 3ms, 100us, 50ms, 400us, 60ms};
  result.server_processing = 37700us;
  result.network_overhead = 12300us;
  result.server_timing = {{"total", 37.7, ""}, {"cfL4", std::nullopt, "x"}};
  result.server_timing_state = model::ServerTimingState::ok;
  result.body_bytes = 1234;
  result.request_id = fmt::format("id-{}", ago.count());
  result.remote_address = "192.0.2.7:443";
  result.tls = model::TlsFacts{"TLSv1.3", "TLS_AES_256_GCM_SHA384", kNow.wall + 2400h};
  result.request_headers = {{"x-request-id", result.request_id}};
  result.response_headers = {{"cf-ray", "0123"}, {"Set-Cookie", "secret"}};
  return result;
}

// Two tenants with three targets, and a ledger that can be asked.
struct Kept {
  std::shared_ptr<const model::Plan> plan = plan_from(kTwoTenants);
  record::Ledger ledger{plan, kNow};

  void record(const model::ProbeResult& result) {
    ledger.record_started(result.target, 0ns);
    ledger.record(result);
  }
  record::Snapshot snapshot() const { return ledger.snapshot(kNow); }
  api::EvidenceOf evidence() const {
    return [this](std::string_view tenant, std::string_view probe) {
      return ledger.evidence(tenant, probe);
    };
  }
  tl::expected<std::string, api::ApiError> targets(
      const api::ApiParameters& parameters = {}) const {
    return api::api_targets(snapshot(), parameters);
  }
  tl::expected<std::string, api::ApiError> failures(
      const api::ApiParameters& parameters = {}) const {
    return api::api_failures(snapshot(), evidence(), parameters);
  }
};

Json data(const tl::expected<std::string, api::ApiError>& reply) {
  if (!reply) FAIL(reply.error().message);
  const Json json = Json::parse(*reply);
  CHECK(json["status"] == "ok");
  CHECK(json.contains("next"));
  return json["data"];
}

std::string next(const tl::expected<std::string, api::ApiError>& reply) {
  REQUIRE(reply.has_value());
  const Json next = Json::parse(*reply)["next"];
  return next.is_null() ? "" : next.get<std::string>();
}

std::string pretty(const std::string& text) {
  Json json = Json::parse(text);
  if (json["status"] == "ok" && json["data"].contains("exporter")) {
    json["data"]["exporter"]["version"] = "VERSION";
    json["data"]["exporter"]["revision"] = "REVISION";
  }
  return json.dump(2) + "\n";
}

std::vector<std::string> names(const Json& list) {
  std::vector<std::string> names;
  for (const Json& item : list)
    names.push_back(item["tenant"].get<std::string>() + "/" + item["probe"].get<std::string>());
  return names;
}

void check_complaint(const tl::expected<std::string, api::ApiError>& reply,
                     const std::string& message) {
  REQUIRE_FALSE(reply.has_value());
  CHECK(reply.error() == api::ApiError{400, "bad_parameter", message});
}

struct SomeDay : Kept {
  SomeDay() {
    record(result_of(1, model::Outcome::ok, 90s));
    record(result_of(1, model::Outcome::server_error, 60s));
    record(result_of(2, model::Outcome::gateway_error, 45s));
    record(result_of(1, model::Outcome::server_error, 30s));
    ledger.record_skipped(model::TargetIndex{2}, model::SkipReason::overlap, 2);
    ledger.record_reload_failed({"exporter.toml:1:1: a: is wrong"});
    ledger.record_token(model::TenantIndex{0}, {true, 1, kNow.wall - 1h, 0, kNow.wall + 1h});
  }
};

TEST_CASE("the documents of the API are a contract") {
  const SomeDay kept;
  const api::ApiExporter exporter{kNow.wall - 2h, "exporter.toml"};
  check_golden("api_status.json", pretty(*api::api_status(kept.snapshot(), exporter, {})));
  check_golden("api_targets.json", pretty(*kept.targets({{"limit", "2"}})));
  check_golden("api_target.json",
               pretty(*api::api_target(kept.snapshot(), kept.evidence(), "acme", "dataset", {})));
  check_golden("api_failures.json", pretty(*kept.failures()));
  check_golden("api_error.json", pretty(api::to_json(kept.targets({{"limit", "0"}}).error())));
}

TEST_CASE("before the first probe there are nulls, not zeros") {
  const Kept kept;
  const Json target =
      data(api::api_target(kept.snapshot(), kept.evidence(), "acme", "not_found", {}));
  CHECK(target["last"].is_null());
  CHECK(target["latency"]["duration"]["p50_seconds"].is_null());
  const Json status = data(api::api_status(kept.snapshot(), {}, {}));
  CHECK(status["tenants"][0]["verdict"]["state"] == "waiting");
  CHECK(status["tenants"][0]["token"]["accepted"].is_null());
  check_golden("api_target_at_start.json",
               pretty(*api::api_target(kept.snapshot(), kept.evidence(), "acme", "not_found", {})));
}

TEST_CASE("a tenant's verdict counts its failing probes and names the fault of most") {
  const Json tenants = data(api::api_status(SomeDay().snapshot(), {}, {}))["tenants"];
  CHECK(tenants[0]["tenant"] == "acme");
  CHECK(tenants[0]["verdict"]["state"] == "degraded");
  CHECK(tenants[0]["verdict"]["fault"] == "platform");
  CHECK(tenants[0]["verdict"]["failing"] == 1);
  CHECK(tenants[0]["verdict"]["probes"] == 2);
  CHECK(tenants[1]["verdict"]["fault"] == "edge");
}

TEST_CASE("pages of targets follow each other by name, whatever the size") {
  const Kept kept;
  const std::vector<std::string> all = {"acme/dataset", "acme/not_found", "old/projects"};
  CHECK(names(data(kept.targets())) == all);
  for (const char* limit : {"1", "2", "3", "1000"}) {
    std::vector<std::string> seen;
    std::string cursor;
    do {
      api::ApiParameters parameters = {{"limit", limit}};
      if (!cursor.empty()) parameters.insert({"cursor", cursor});
      const auto page = kept.targets(parameters);
      for (const std::string& name : names(data(page)))
        seen.push_back(name);
      cursor = next(page);
    } while (!cursor.empty());
    CHECK(seen == all);
  }
  CHECK(names(data(kept.targets({{"cursor", "gone/since_then"}}))) ==
        std::vector<std::string>{"old/projects"});
}

TEST_CASE("targets are chosen by tenant, fault and outcome of the last result") {
  const SomeDay kept;
  using Names = std::vector<std::string>;
  CHECK(names(data(kept.targets({{"tenant", "old"}}))) == Names{"old/projects"});
  CHECK(names(data(kept.targets({{"fault", "platform"}}))) == Names{"acme/dataset"});
  CHECK(names(data(kept.targets({{"outcome", "gateway_error"}}))) == Names{"old/projects"});
  CHECK(names(data(kept.targets({{"fault", "none"}}))).empty());
  CHECK(names(data(kept.targets({{"tenant", "old"}, {"fault", "platform"}}))).empty());
}

TEST_CASE("failures come the latest first, and pages stay in place while younger ones come in") {
  Kept kept;
  for (int i = 30; i > 0; --i)
    kept.record(result_of(i % 3 == 0 ? 2 : 1, model::Outcome::server_error, i * 1s));
  const auto first = kept.failures({{"limit", "10"}});
  CHECK(data(first)[0]["request_id"] == "id-1000000000");
  CHECK(data(first).size() == 10);
  kept.record(result_of(0, model::Outcome::server_error, 500ms));
  std::set<std::string> seen;
  std::string cursor = next(first);
  for (const Json& item : data(first))
    CHECK(seen.insert(item["request_id"]).second);
  while (!cursor.empty()) {
    const auto page = kept.failures({{"limit", "10"}, {"cursor", cursor}});
    for (const Json& item : data(page))
      CHECK(seen.insert(item["request_id"]).second);
    cursor = next(page);
  }
  CHECK(seen.size() == 30);
}

TEST_CASE("failures are chosen by tenant, probe, fault and age") {
  const SomeDay kept;
  CHECK(data(kept.failures()).size() == 3);
  CHECK(data(kept.failures({{"tenant", "acme"}})).size() == 2);
  CHECK(data(kept.failures({{"probe", "projects"}})).size() == 1);
  CHECK(data(kept.failures({{"fault", "edge"}})).size() == 1);
  CHECK(data(kept.failures({{"since", "50s"}})).size() == 2);
  CHECK(data(kept.failures({{"since", "2026-11-22T23:59:30Z"}})).size() == 1);
  CHECK(data(kept.failures({{"since", "2026-11-23T00:00:00Z"}})).empty());
}

TEST_CASE("no secret is in what is told of a target") {
  const auto plan = plan_from(R"(
[[tenant]]
name = "acme"
base_url = "https://reinfer.io"
token_env = "T"
proxy_url = "http://hidden1.example.com:3128"
headers = { X-Key = "hidden2" }
[[tenant.probe]]
use = "projects"
)");
  const record::Ledger ledger(plan, kNow);
  const auto evidence = [&](std::string_view tenant, std::string_view probe) {
    return ledger.evidence(tenant, probe);
  };
  for (const auto& reply :
       {api::api_target(ledger.snapshot(kNow), evidence, "acme", "projects", {}),
        api::api_status(ledger.snapshot(kNow), {}, {})}) {
    REQUIRE(reply.has_value());
    CHECK(reply->find("hidden") == std::string::npos);
  }
}

TEST_CASE("a target that does not exist is not found") {
  const Kept kept;
  const auto reply = api::api_target(kept.snapshot(), kept.evidence(), "acme", "nothing", {});
  REQUIRE_FALSE(reply.has_value());
  CHECK(reply.error().http_status == 404);
  CHECK(reply.error().code == "not_found");
  CHECK(reply.error().message ==
        "no target is called acme/nothing, allowed: those of /api/v1/targets");
}

TEST_CASE("a bad parameter is refused with what is allowed") {
  const Kept kept;
  for (const char* limit : {"0", "1001", "-1", "ten", "", "1 ", "99999999999999999999"})
    check_complaint(kept.targets({{"limit", limit}}),
                    fmt::format("limit: is \"{}\", allowed: 1 to 1000", limit));
  check_complaint(kept.targets({{"colour", "red"}}),
                  "colour: is not known, allowed: limit, cursor, tenant, fault, outcome");
  check_complaint(kept.targets({{"limit", "1"}, {"limit", "2"}}),
                  "limit: is given more than once, allowed: once");
  check_complaint(kept.targets({{"tenant", "acne"}}),
                  "tenant: no tenant is called \"acne\", allowed: acme, old");
  check_complaint(kept.targets({{"fault", "theirs"}}),
                  "fault: is \"theirs\", allowed: none, platform, edge, network, credentials, "
                  "request, monitor");
  check_complaint(
      kept.targets({{"cursor", "somewhere"}}),
      "cursor: \"somewhere\" was not given out here, allowed: `next` of the page before");
  check_complaint(kept.failures({{"fault", "none"}}),
                  "fault: is \"none\", allowed: platform, edge, network, credentials, request, "
                  "monitor");
  check_complaint(kept.failures({{"probe", "p"}}),
                  "probe: no probe is called \"p\", allowed: dataset, not_found, projects");
  for (const char* cursor : {"", "1", "1/a", "x/a/b", "1/a/b/c", "1//b"})
    CHECK_FALSE(kept.failures({{"cursor", cursor}}).has_value());
  CHECK(kept.failures({{"since", "yesterday"}})
            .error()
            .message.rfind("since: is \"yesterday\", allowed: a UTC time such as", 0) == 0);
  CHECK(kept.targets({{"outcome", "\x1b[31mbad\xff"}}).error().message.find('\x1b') ==
        std::string::npos);
  check_complaint(api::api_status(kept.snapshot(), {}, {{"limit", "1"}}),
                  "limit: is not known, allowed: no parameters");
  check_complaint(
      api::api_target(kept.snapshot(), kept.evidence(), "acme", "dataset", {{"a", "b"}}),
      "a: is not known, allowed: no parameters");
}

TEST_CASE("the description is compiled in and is JSON") {
  CHECK(Json::parse(api::openapi_document("", ""))["openapi"] == "3.1.0");
}

TEST_CASE("the description names the servers under which the API is reached") {
  const auto servers = [](const char* external_url, const char* prefix) {
    std::vector<std::string> urls;
    const Json document = Json::parse(api::openapi_document(external_url, prefix));
    for (const auto& server : document["servers"])
      urls.push_back(server["url"]);
    return urls;
  };
  using Urls = std::vector<std::string>;
  CHECK(servers("", "") == Urls{"/"});
  CHECK(servers("", "/x") == Urls{"/x"});
  CHECK(servers("https://a.example.com/x", "/x") == Urls{"https://a.example.com/x", "/x"});
  CHECK(servers("https://a.example.com/x", "") == Urls{"https://a.example.com/x", "/"});
}

}  // namespace
}  // namespace reinfer::tests::api_test
