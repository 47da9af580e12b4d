// A week of life with faults, restarts, kills and gaps, and every reader's answer against a count
// of our own.
#include <doctest/doctest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "api/documents.h"
#include "sla/history_series.h"
#include "sla/report.h"
#include "sla/tenant_slices.h"
#include "tests/unit/history_week.h"

namespace reinfer::tests::history_week_test {
namespace {

using model::Outcome;

void check_days(Week& week, std::size_t target) {
  std::map<std::int64_t, std::pair<std::uint64_t, std::uint64_t>> expected;  // good and bad
  for (const Known& result : week.known(target)) {
    auto& day = expected[history::stretch_of(result.at, history::kDay)];
    day.first += result.outcome == Outcome::ok ? 1 : 0;
    day.second += result.outcome != Outcome::ok && is_event(result.outcome) ? 1 : 0;
  }
  const auto days = week.life().days(kProbes.at(target));
  REQUIRE(days.size() == expected.size());
  for (const history::StretchRow& day : days) {
    const auto& [good, bad] = expected.at(history::stretch_of(day.begin, history::kDay));
    CHECK(day.counts.good == good);
    CHECK(day.counts.bad == bad);
  }
}

void check_incidents(Week& week, std::size_t target) {
  std::vector<KnownIncident> expected = incidents_of(week.known(target));
  history::IncidentQuery query;
  query.probe = kProbes.at(target);
  query.limit = 1000;
  std::vector<KnownIncident> found;
  for (const record::IncidentFacts& incident : week.life().incidents(query))
    found.insert(found.begin(), {incident.since, incident.recovered, incident.failures});
  CHECK(found == expected);
  const auto snapshot = week.life().ledgers.snapshot(week.life().clock.at);
  const auto document =
      api::api_incidents(snapshot,
                         [&](const history::IncidentQuery& asked) {
                           return week.life().history->ask(
                               [&](history::Archive& archive) { return archive.incidents(asked); });
                         },
                         {{"probe", kProbes.at(target)}, {"limit", "1000"}});
  REQUIRE(document);
  CHECK(nlohmann::json::parse(*document)["data"].size() == expected.size());
}

void check_report(Week& week) {
  const base::WallTime now = week.life().clock.at.wall;
  const sla::Month month = *sla::parse_month("2026-01", "UTC", now);
  const sla::TimeSpan span = sla::history_span(month.span, now);
  const auto counted = week.life().history->ask(
      [&](history::Archive& archive) { return archive.counted("acme", span.from, span.to); });
  const auto targets = sla::stored_targets("acme", *counted, span);
  const auto rows = sla::make_rows(targets, month, 1000);
  REQUIRE(rows.size() == kProbes.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::uint64_t events = 0;
    std::uint64_t good = 0;
    std::uint64_t excluded = 0;
    for (const Known& result : week.known(i)) {
      events += is_event(result.outcome) ? 1 : 0;
      excluded += is_event(result.outcome) ? 0 : 1;
      good += result.outcome == Outcome::ok ? 1 : 0;
    }
    CHECK(rows[i].events == events);
    CHECK(rows[i].good == good);
    CHECK(rows[i].excluded.at("credentials") == excluded);
    CHECK(rows[i].slots.judged == doctest::Approx(static_cast<double>(events)));
  }
  const auto tenant = sla::tenant_row(targets, month, 1000);
  REQUIRE(tenant);
  std::map<std::int64_t, bool> slices;  // whether any was good
  for (std::size_t i = 0; i < kProbes.size(); ++i)
    for (const Known& result : week.known(i))
      if (is_event(result.outcome))
        slices[history::stretch_of(result.at, history::kSlice)] |= result.outcome == Outcome::ok;
  slices.erase(history::stretch_of(now, history::kSlice));  // is not over
  std::uint64_t good = 0;
  for (const auto& [slice, is_good] : slices)
    good += is_good ? 1 : 0;
  CHECK(tenant->events == slices.size());
  CHECK(tenant->good == good);
}

TEST_CASE("after a week of faults, restarts, kills and gaps every reader tells what happened") {
  for (const unsigned seed : {1U, 20261129U}) {
    CAPTURE(seed);
    Week week(seed);
    week.play();
    CHECK(week.restarts() > 5);
    for (std::size_t target = 0; target < kProbes.size(); ++target) {
      CAPTURE(target);
      check_days(week, target);
      check_incidents(week, target);
    }
    check_report(week);
  }
}

}  // namespace
}  // namespace reinfer::tests::history_week_test
