#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "base/rfc3339.h"
#include "sla/claim.h"
#include "sla/render.h"
#include "tests/unit/goldens.h"

namespace reinfer::tests::sla_render_test {
namespace {

using namespace std::chrono_literals;

base::WallTime at(std::string_view text) {
  return *base::parse_rfc3339(text);
}

sla::SlaRow breached() {
  sla::SlaRow row;
  row.labels = {{"job", "reinfer_exporter"},
                {"probe", "dataset"},
                {"region", "eu"},
                {"tenant", "acme"},
                {"vantage", "frankfurt"}};
  row.slo = "availability";
  row.instances = {"frankfurt:9877"};
  row.objective = 0.999;
  row.stretches = {{{at("2026-10-01T00:00:00Z"), at("2026-11-01T00:00:00Z")}, 0.999, 88940, 88770}};
  row.events = 88940;
  row.good = 88770;
  row.bad = 170;
  row.bad_by_outcome = {{"server_error", 126}, {"connect_timeout", 44}};
  row.bad_by_fault = {{"platform", 126}, {"network", 44}};
  row.excluded = {{"credentials", 240}, {"maintenance", 120}};
  row.skipped = {{"stall", 100}};
  row.coverage.data = row.stretches[0].span;
  row.coverage.unwatched = {{at("2026-10-09T00:00:00Z"), at("2026-10-09T06:00:00Z")}};
  row.coverage.watched = 31 * 24h - 6h;
  row.slots = {89280, 89060 - 720, {{"credentials", 240}, {"skipped: stall", 100}}};
  row.ratio = 88770.0 / 88940;
  row.ratio_min = 0.99;
  row.ratio_max = 0.9981;
  row.budget_spent = 1.9114;
  row.verdict = sla::SlaVerdict::breached;
  row.lone_bad = 3;
  row.outages_total = 7;
  row.outages = {{at("2026-10-06T09:12:15Z"),
                  at("2026-10-06T10:15:30Z"),
                  15s,
                  15s,
                  126,
                  126,
                  {{"server_error", 126}},
                  false,
                  false,
                  true},
                 {at("2026-10-31T23:50:15Z"),
                  at("2026-11-01T00:00:00Z"),
                  15s,
                  0s,
                  20,
                  19,
                  {{"connect_timeout", 19}},
                  false,
                  true,
                  true}};
  return row;
}

sla::SlaRow slow() {
  sla::SlaRow row = breached();
  row.slo = "latency";
  row.objective = 0.95;
  row.latency_threshold_seconds = 0.5;
  row.events = 88770;
  row.good = 85220;
  row.bad = 3550;
  row.bad_by_outcome = row.bad_by_fault = row.excluded = {};
  row.ratio = row.ratio_min = row.ratio_max = 85220.0 / 88770;
  row.budget_spent = 0.8;
  row.verdict = sla::SlaVerdict::met;
  row.coverage.unwatched = {};
  row.coverage.watched = 31 * 24h;
  row.slots = {89280, 89280, {}};
  row.lone_bad = 0;
  row.outages_total = 0;
  row.outages = {};
  row.notes = {"A note, with a comma and a \"quote\"."};
  return row;
}

sla::SlaRow nothing() {
  sla::SlaRow row;
  row.labels = {{"probe", "not_found"}, {"tenant", "globex"}};
  row.slo = "availability";
  row.instances = {"a:1", "b:1"};
  row.coverage.unwatched = {{at("2026-10-01T00:00:00Z"), at("2026-11-01T00:00:00Z")}};
  return row;
}

sla::SlaRow whole_tenant() {
  sla::SlaRow row;
  row.labels = {{"tenant", "acme"}};
  row.slo = sla::kTenantAvailability;
  row.instances = {"dublin:9877", "frankfurt:9877"};
  row.objective = 0.999;
  row.events = 8920;
  row.bad = 12;
  row.good = 8908;
  row.slots = {8928, 8928, {}};
  sla::judge(row, 0);
  row.outages_total = 1;
  row.outages = {{at("2026-10-06T09:20:00Z"), at("2026-10-06T10:20:00Z"), 5min, 5min, 12, 12, {}}};
  return row;
}

sla::SlaReport report() {
  return {{"2026-10", "UTC", {at("2026-10-01T00:00:00Z"), at("2026-11-01T00:00:00Z")}, false},
          "http://127.0.0.1:9090",
          at("2026-11-24T12:00:00Z"),
          {breached(), slow(), nothing()},
          {whole_tenant()},
          {"Prometheus warned of something."}};
}

TEST_CASE("the report reads well on a terminal, wide or narrow, and without one") {
  check_golden("sla_table.txt", sla::render_table(report(), {100, false, true}));
  check_golden("sla_table_narrow.txt", sla::render_table(report(), {80, false, false}));
  check_golden("sla_table_rich.txt", sla::render_table(report(), {100, true, true}));
}

TEST_CASE("the report is a table for spreadsheets") {
  std::string text = sla::render_csv(report());
  CHECK(text.find("\r\n2026-10,false,") != std::string::npos);
  std::erase(text, '\r');  // files of ours have none
  check_golden("sla.csv", text);
}

TEST_CASE("the report is a document for scripts") {
  const std::string text = sla::render_json(report());
  check_golden("sla.json", text);
  const auto document = nlohmann::json::parse(text);
  CHECK(document["verdict"] == "breached");
  CHECK(document["objectives"][2]["ratio"].is_null());
}

TEST_CASE("a month that is not over is said to be so far") {
  sla::SlaReport half = report();
  half.month.so_far = true;
  CHECK(sla::render_table(half, {}).rfind("2026-10 so far, ", 0) == 0);
  CHECK(sla::claim_of(half, half.rows[0])->subject.find("the month is not over") !=
        std::string::npos);
}

TEST_CASE("only what was breached is claimed, a breach of latency too") {
  sla::SlaReport one = report();
  CHECK_FALSE(sla::claim_of(one, one.rows[1]));
  CHECK_FALSE(sla::claim_of(one, one.rows[2]));
  one.rows[1].verdict = sla::SlaVerdict::breached;
  CHECK(sla::claim_of(one, one.rows[1])
            ->calculation.rfind("85220 ok results within 500ms / 88770", 0) == 0);
}

}  // namespace
}  // namespace reinfer::tests::sla_render_test
