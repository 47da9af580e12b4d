#include <doctest/doctest.h>

#include <string>

#include "app/past_options.h"
#include "base/rfc3339.h"
#include "terminal/past.h"

namespace reinfer::tests::past_test {
namespace {

using namespace std::chrono_literals;

base::WallTime at(const char* text) {
  return base::parse_rfc3339(text).value();
}

app::PastGiven given(const char* target, const char* since = "", const char* fault = "") {
  app::PastGiven given;
  given.storage_path = "/var/lib/x";
  given.target = target;
  given.since = since;
  given.fault = fault;
  return given;
}

TEST_CASE("incidents are asked for by tenant, probe, fault and time, evidence by target") {
  const auto all = app::understand(given(""), false);
  REQUIRE(all);
  CHECK(all->tenant.empty());
  CHECK_FALSE(all->fault);
  CHECK_FALSE(all->since.ago);
  const auto some = app::understand(given("acme/dataset", "7d", "edge"), false);
  REQUIRE(some);
  CHECK(some->tenant == "acme");
  CHECK(some->probe == "dataset");
  CHECK(some->fault == model::Fault::edge);
  CHECK(some->since.ago == 7 * 24h);
  CHECK(app::understand(given("acme", "2026-11-23T02:14:00Z"), false)->since.moment ==
        at("2026-11-23T02:14:00Z"));
}

TEST_CASE("what cannot be asked of the history is said with what can") {
  CHECK(app::understand({}, false).error().starts_with("--storage.path is required"));
  CHECK(app::understand(given("acme"), true).error() ==
        "target: is \"acme\", allowed: TENANT/PROBE");
  CHECK(app::understand(given("/x"), false).error() ==
        "target: is \"/x\", allowed: TENANT or TENANT/PROBE");
  CHECK(app::understand(given("", "yesterday"), false)
            .error()
            .starts_with("--since: \"yesterday\" is neither a duration such as"));
}

TEST_CASE("an incident is a line, one that lasts says so") {
  record::IncidentFacts over;
  over.tenant = "acme";
  over.probe = "dataset";
  over.since = at("2026-11-23T02:14:00Z");
  over.recovered = at("2026-11-23T02:44:00Z");
  over.fault = model::Fault::platform;
  over.outcome = model::Outcome::server_error;
  over.failures = 60;
  record::IncidentFacts lasting = over;
  lasting.recovered.reset();
  lasting.maintained = true;
  lasting.removed = true;
  CHECK(terminal::render_incidents({over, lasting}, at("2026-11-23T03:14:00Z"), {}) ==
        "since (UTC)          lasted                fault        failures  target, last outcome\n"
        "2026-11-23 02:14:00  30 min 0 s            platform           60  acme/dataset  "
        "server_error\n"
        "2026-11-23 02:14:00  1 h 0 min so far      platform           60  acme/dataset  "
        "server_error, in maintenance, not configured any more\n");
  CHECK(terminal::render_incidents({}, at("2026-11-23T03:14:00Z"), {}) == "none\n");
}

TEST_CASE("evidence has its ids and messages below it") {
  model::ProbeResult result;
  result.finished.wall = at("2026-11-23T02:14:00Z");
  result.outcome = model::Outcome::server_error;
  result.http_status = 503;
  result.phases.total = 48ms;
  result.message = "no room";
  result.request_id = "id-1";
  CHECK(terminal::render_evidence({result}, {}) ==
        "2026-11-23 02:14:00  server_error  503  48 ms  fault: the platform\n"
        "    request id id-1\n"
        "    no room\n");
}

}  // namespace
}  // namespace reinfer::tests::past_test
