#include <doctest/doctest.h>

#include <algorithm>

#include "base/rfc3339.h"
#include "base/time_zone.h"
#include "sla/attribution.h"
#include "sla/coverage.h"
#include "sla/month.h"
#include "sla/outages.h"
#include "sla/report.h"
#include "sla/slots.h"
#include "sla/stored_series.h"
#include "sla/tenant_slices.h"
#include "sla/words.h"

namespace reinfer::tests::sla_figures_test {
namespace {

using namespace std::chrono_literals;

// Also before main, where doctest cannot check.
base::WallTime at(std::string_view text) {
  return base::parse_rfc3339(text).value();
}

// Minutes since the start of the month of the tests.
base::WallTime minute(int minutes) {
  return at("2026-10-01T00:00:00Z") + std::chrono::minutes(minutes);
}

const sla::TimeSpan kHour{minute(0), minute(60)};

sla::Samples each_minute(int from, int to, double per_minute) {
  sla::Samples samples;
  for (int i = from; i <= to; ++i)
    samples.push_back({minute(i), (i - from) * per_minute});
  return samples;
}

TEST_CASE("a month begins and ends at midnight of its zone") {
  struct Row {
    const char* text;
    const char* zone;
    const char* from;
    const char* to;
  };
  const base::WallTime now = at("2026-11-24T12:00:00Z");
  const Row rows[] = {
      {"2026-10", "UTC", "2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z"},
      {"", "UTC", "2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z"},
      {"2025-12", "UTC", "2025-12-01T00:00:00Z", "2026-01-01T00:00:00Z"},
      {"2024-02", "UTC", "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z"},
      // An hour longer, and an hour shorter.
      {"2026-10", "Europe/Berlin", "2026-09-30T22:00:00Z", "2026-10-31T23:00:00Z"},
      {"2026-03", "Europe/Berlin", "2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z"},
      {"2026-10", "Asia/Kolkata", "2026-09-30T18:30:00Z", "2026-10-31T18:30:00Z"},
      {"2026-11", "UTC", "2026-11-01T00:00:00Z", "2026-11-24T12:00:00Z"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CAPTURE(row.zone);
    const auto month = sla::parse_month(row.text, row.zone, now);
    REQUIRE(month);
    CHECK(month->span == sla::TimeSpan{at(row.from), at(row.to)});
    CHECK(month->so_far == (std::string_view(row.text) == "2026-11"));
  }
}

TEST_CASE("which month is the last depends on the zone") {
  const base::WallTime new_year = at("2026-12-31T23:30:00Z");
  CHECK(sla::parse_month("", "UTC", new_year)->name == "2026-11");
  CHECK(sla::parse_month("", "Europe/Berlin", new_year)->name == "2026-12");
}

TEST_CASE("what is no month is told with what is allowed") {
  const base::WallTime now = at("2026-11-24T12:00:00Z");
  for (const char* wrong : {"2026-13", "2026-00", "2026-1", "october", "2026/10", "2026-10-01"}) {
    CAPTURE(wrong);
    CHECK(sla::parse_month(wrong, "UTC", now).error().find("is not a month such as 2026-10") !=
          std::string::npos);
  }
  for (const char* outside : {"2026-12", "2014-12", "9999-01"}) {
    CAPTURE(outside);
    CHECK(sla::parse_month(outside, "UTC", now).error().find("allowed: 2015-01 to 2026-11") !=
          std::string::npos);
  }
  CHECK(sla::parse_month("2026-10", "Nowhere", now).error().rfind("--time-zone: \"Nowhere\"", 0) ==
        0);
}

TEST_CASE("a counter that fell began again at 0") {
  const sla::Samples samples = {{minute(0), 5}, {minute(1), 7}, {minute(2), 3}, {minute(3), 3}};
  CHECK(sla::growth_of(samples) == std::vector<sla::Growth>{{minute(0), minute(1), 2, false},
                                                            {minute(1), minute(2), 3, true},
                                                            {minute(2), minute(3), 0, false}});
  CHECK(sla::growth_of(sla::Samples{{minute(0), 5}}).empty());
}

TEST_CASE("a restart that a counter does not show is known from the exporter's start time") {
  const sla::Samples samples = {{minute(0), 5}, {minute(20), 50}, {minute(21), 52}};
  CHECK(sla::growth_of(samples, {minute(20)}) ==
        std::vector<sla::Growth>{{minute(0), minute(20), 50, true},
                                 {minute(20), minute(21), 2, false}});
  sla::StoredTarget target;
  target.labels = {{"tenant", "acme"}, {"probe", "dataset"}};
  target.objectives["availability"].events = {{minute(0), 0}, {minute(10), 20}, {minute(60), 90}};
  target.objectives["availability"].good = target.objectives["availability"].events;
  const sla::Month month{"2026-10", "UTC", kHour, false};
  CHECK(sla::make_rows({target}, month, 10).at(0).coverage.unseen.size() == 2);
  target.restarts = {minute(60)};
  const sla::SlaRow row = sla::make_rows({target}, month, 10).at(0);
  CHECK(row.coverage.unwatched == std::vector<sla::TimeSpan>{{minute(10), minute(60)}});
  CHECK(row.coverage.restarts == 1);
  CHECK(row.events == 110);
}

TEST_CASE("months add up: an event is of the month of the sample that shows it") {
  const auto growth =
      sla::growth_of(sla::Samples{{minute(0), 0}, {minute(50), 5}, {minute(70), 8}});
  CHECK(sla::total(growth, kHour) == 5);
  CHECK(sla::total(growth, {minute(60), minute(120)}) == 3);
  CHECK(sla::total(growth, {minute(-60), minute(0)}) == 0);
}

TEST_CASE("samples of overlapping pieces are taken once") {
  sla::Samples samples = {{minute(0), 1}, {minute(1), 2}};
  sla::append_newer(samples, {{minute(1), 2}, {minute(2), 3}});
  CHECK(samples.size() == 3);
  CHECK(sla::value_at(samples, minute(1) + 30s) == 2);
  CHECK(sla::value_at(samples, minute(-1)) == 1);
  CHECK_FALSE(sla::value_at({}, minute(1)));
}

TEST_CASE("what was not watched is silence that the counters did not live through") {
  const auto even = sla::growth_of(each_minute(-5, 65, 2));
  CHECK(sla::coverage_of(even, {}, kHour).unwatched.empty());
  CHECK(sla::coverage_of(even, {}, kHour).watched == 1h);

  SUBCASE("silence in which events went on is only not seen in detail") {
    const auto growth =
        sla::growth_of(sla::Samples{{minute(0), 0}, {minute(20), 40}, {minute(60), 120}});
    const sla::Coverage coverage = sla::coverage_of(growth, {}, kHour);
    CHECK(coverage.unwatched.empty());
    CHECK(coverage.unseen.size() == 2);
  }
  SUBCASE("so is one in which another counter went on") {
    const auto still = sla::growth_of(sla::Samples{{minute(0), 4}, {minute(60), 4}});
    const auto other = sla::growth_of(sla::Samples{{minute(0), 0}, {minute(60), 120}});
    CHECK(sla::coverage_of(still, {}, kHour).unwatched == std::vector<sla::TimeSpan>{kHour});
    CHECK(sla::coverage_of(still, {other}, kHour).unwatched.empty());
    const auto restarted = sla::growth_of(sla::Samples{{minute(0), 50}, {minute(60), 20}});
    CHECK(sla::coverage_of(still, {other, restarted}, kHour).unwatched.size() == 1);
  }
  SUBCASE("silence over a restart is not watched, a restart between two scrapes is") {
    const auto growth = sla::growth_of(sla::Samples{
        {minute(0), 0}, {minute(4), 8}, {minute(20), 2}, {minute(24), 1}, {minute(28), 9}});
    const sla::Coverage coverage = sla::coverage_of(growth, {}, {minute(0), minute(28)});
    CHECK(coverage.unwatched == std::vector<sla::TimeSpan>{{minute(4), minute(20)}});
    CHECK(coverage.restarts == 2);
    CHECK(coverage.watched == 12min);
  }
  SUBCASE("nor is what lies before the first sample and after the last") {
    const sla::Coverage coverage =
        sla::coverage_of(sla::growth_of(each_minute(10, 40, 2)), {}, kHour);
    CHECK(coverage.unwatched ==
          std::vector<sla::TimeSpan>{{minute(0), minute(10)}, {minute(40), minute(60)}});
    CHECK(coverage.data == sla::TimeSpan{minute(10), minute(40)});
  }
  SUBCASE("without a sample nothing was watched") {
    CHECK(sla::coverage_of({}, {}, kHour).unwatched == std::vector<sla::TimeSpan>{kHour});
    CHECK(sla::coverage_of({}, {}, kHour).watched == 0s);
    CHECK_FALSE(sla::coverage_of({}, {}, kHour).data);
  }
}

// A step of a minute for each character: '.' good, 'x' bad, 'm' one of each, '-' no event, 'b' good
// after counters began anew.
std::vector<sla::JudgedStep> steps(int from, std::string_view text) {
  std::vector<sla::JudgedStep> result;
  for (const char c : text) {
    const double events = c == '-' ? 0 : 2;
    const double bad = c == 'x' ? 2 : c == 'm' ? 1 : 0;
    result.push_back({minute(from), minute(from + 1), events, bad, {}, c == 'b'});
    ++from;
  }
  return result;
}

TEST_CASE("an outage ends with five minutes of good events, and its ends are those of samples") {
  struct Row {
    const char* text;
    std::vector<std::pair<int, int>> expected;  // minutes of start and end
  };
  const Row rows[] = {
      {"..........", {}},
      {"..xxx.........", {{3, 6}}},
      {"..xxx..m......", {{3, 9}}},               // calm for two minutes
      {"..x......x.......", {{3, 4}, {10, 11}}},  // calm for six
      {"..xx--x..", {{3, 8}}},                    // nothing was judged in between
      {"..xx----------......", {{3, 15}}},
      {"..xxb.....", {{3, 4}}},  // what came after is not the same life
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    std::vector<std::pair<int, int>> found;
    for (const sla::Outage& outage : sla::outages_of(steps(0, row.text), kHour))
      found.emplace_back((outage.start - minute(0)) / 1min, (outage.end - minute(0)) / 1min);
    CHECK(found == row.expected);
  }
}

TEST_CASE("an outage over the edge of the month is cut, and said to be") {
  const auto before = sla::outages_of(steps(-4, "..xxxx...."), kHour);
  REQUIRE(before.size() == 1);
  CHECK(before[0].began_before);
  CHECK(before[0].start == minute(0));
  CHECK(before[0].end == minute(3));
  CHECK(before[0].bad == 4);
  const auto after = sla::outages_of(steps(56, "..xxxx...."), kHour);
  REQUIRE(after.size() == 1);
  CHECK(after[0].went_on);
  CHECK(after[0].end == minute(60));
  CHECK(after[0].bad == 4);
  CHECK(sla::outages_of(steps(-10, ".xx......."), kHour).empty());
  CHECK(sla::outages_of(steps(60, ".xx......."), kHour).empty());
}

TEST_CASE("an outage whose end nobody saw ends when it was last seen") {
  const auto last = sla::outages_of(steps(0, "..xxx"), kHour);
  REQUIRE(last.size() == 1);
  CHECK_FALSE(last[0].recovery_seen);
  CHECK(last[0].end == minute(5));
  std::vector<sla::JudgedStep> silence = steps(0, "..xxx");
  silence.push_back({minute(5), minute(30), 50, 0, {}, false});
  const auto silent = sla::outages_of(silence, kHour);
  REQUIRE(silent.size() == 1);
  CHECK_FALSE(silent[0].recovery_seen);
  CHECK(silent[0].end == minute(5));
}

TEST_CASE("the longest come first") {
  auto outages = sla::outages_of(steps(0, ".x......xxx......m......"), kHour);
  REQUIRE(outages.size() == 3);
  outages = sla::longest(outages, 2);
  REQUIRE(outages.size() == 2);
  CHECK(outages[0].bad == 6);
  CHECK(outages[1].bad == 2);
}

// A target with two events a minute from -10 to 70, of which some fail with an outcome.
sla::StoredTarget target_with(const std::string& outcome, int from, int to, bool counts_as_event) {
  sla::StoredTarget target;
  target.labels = {{"tenant", "acme"}, {"probe", "dataset"}};
  target.instance = "a:1";
  double events = 0, good = 0, results = 0, ok = 0;
  for (int i = -10; i <= 70; ++i) {
    const bool fails = i > from && i <= to;
    if (fails) results += 2;
    if (!fails || counts_as_event) events += 2;
    if (!fails) good += 2;
    auto& slo = target.objectives["availability"];
    slo.events.push_back({minute(i), events});
    slo.good.push_back({minute(i), good});
    slo.ratio.push_back({minute(i), 0.99});
    target.results[outcome].push_back({minute(i), results});
    target.results["ok"].push_back({minute(i), ok += fails ? 0 : 2});
  }
  return target;
}

sla::SlaRow row_of(const sla::StoredTarget& target) {
  const auto rows = sla::make_rows({target}, {"2026-10", "UTC", kHour, false}, 10);
  REQUIRE(rows.size() == 1);
  return rows[0];
}

TEST_CASE("bad events have the outcome of the results of the same time, others are excluded") {
  const sla::SlaRow bad = row_of(target_with("server_error", 10, 15, true));
  CHECK(bad.bad_by_outcome == sla::Counts{{"server_error", 10}});
  CHECK(bad.bad_by_fault == sla::Counts{{"platform", 10}});
  CHECK(bad.excluded.empty());
  CHECK(bad.events == 120);
  CHECK(bad.verdict == sla::SlaVerdict::breached);
  CHECK(bad.budget_spent == doctest::Approx(10 / 1.2));

  const sla::SlaRow ours = row_of(target_with("unauthorized", 10, 15, false));
  CHECK(ours.excluded == sla::Counts{{"credentials", 10}});
  CHECK(ours.events == 110);
  CHECK(ours.slots.unjudged == sla::Counts{{"credentials", 10}});
  CHECK(ours.slots.watched_ratio() == doctest::Approx(110.0 / 120));
  CHECK(ours.ratio == 1);
  CHECK(ours.ratio_min == doctest::Approx(110.0 / 120));
  CHECK(ours.verdict == sla::SlaVerdict::unknown);
  CHECK(row_of(target_with("server_error", 10, 15, false)).excluded ==
        sla::Counts{{"maintenance", 10}});
}

TEST_CASE("a fault that the objective does not count is the reason, not maintenance") {
  sla::StoredTarget target = target_with("connect_error", 10, 15, false);
  target.counted["network"] = {{minute(0), 0}};
  CHECK(row_of(target).excluded == sla::Counts{{"network", 10}});
}

TEST_CASE("ok results that were no good events were in maintenance") {
  sla::StoredTarget target = target_with("server_error", 0, 0, true);
  double ok = 0;
  target.results["ok"].clear();
  for (int i = -10; i <= 70; ++i)
    target.results["ok"].push_back({minute(i), ok += i > 20 && i <= 23 ? 3 : 2});
  CHECK(row_of(target).excluded == sla::Counts{{"maintenance", 3}});
}

TEST_CASE("bad events that no result explains are said to be") {
  sla::StoredTarget target = target_with("server_error", 10, 15, true);
  target.results.clear();
  const sla::SlaRow row = row_of(target);
  CHECK(row.bad_by_fault == sla::Counts{{"unexplained", 10}});
  CHECK(row.bad == 10);
}

TEST_CASE("an objective that changed judges each stretch's budget, and the month by the last") {
  sla::StoredTarget target = target_with("server_error", 10, 11, true);
  auto& ratio = target.objectives["availability"].ratio;
  for (sla::Sample& sample : ratio)
    if (sample.time >= minute(30)) sample.value = 0.9;
  const sla::SlaRow row = row_of(target);
  REQUIRE(row.stretches.size() == 2);
  CHECK(row.stretches[0] == sla::ObjectiveStretch{{minute(0), minute(30)}, 0.99, 60, 58});
  CHECK(row.stretches[1] == sla::ObjectiveStretch{{minute(30), minute(60)}, 0.9, 60, 60});
  CHECK(row.objective == 0.9);
  CHECK(row.budget_spent == doctest::Approx(2 / (0.6 + 6)));
  CHECK(row.notes.at(0).rfind("The objective changed: 99% from 2026-10-01T00:00:00Z (58 of 60",
                              0) == 0);
}

TEST_CASE("an objective is met only if what was not watched could not have broken it") {
  sla::StoredTarget target = target_with("server_error", 0, 0, true);
  auto& objective = target.objectives["availability"];
  for (sla::Samples* samples : {&objective.events, &objective.good})
    std::erase_if(*samples, [](const sla::Sample& sample) { return sample.time < minute(30); });
  const sla::SlaRow half = row_of(target);
  CHECK(half.ratio == 1);
  CHECK(half.ratio_min == doctest::Approx(0.5));
  CHECK(half.verdict == sla::SlaVerdict::unknown);
  for (sla::Sample& sample : objective.ratio)
    sample.value = 0.5;
  CHECK(row_of(target).verdict == sla::SlaVerdict::met);
}

TEST_CASE("slots that were skipped were not watched, whatever the reason") {
  for (const char* reason : {"stall", "credentials", "budget"}) {
    CAPTURE(reason);
    sla::StoredTarget target = target_with("server_error", 0, 0, true);
    for (int i = -10; i <= 70; ++i)
      target.skipped[reason].push_back({minute(i), i <= 10 ? 0.0 : std::min(i - 10, 40) * 3.0});
    const sla::SlaRow row = row_of(target);
    CHECK(row.slots.unjudged == sla::Counts{{std::string("skipped: ") + reason, 120}});
    CHECK(row.slots.watched_ratio() == doctest::Approx(0.5));
    CHECK(row.ratio_min == doctest::Approx(0.5));
    CHECK(row.verdict == sla::SlaVerdict::unknown);
  }
}

TEST_CASE("announced maintenance was watched") {
  const sla::SlaRow row = row_of(target_with("server_error", 10, 40, false));
  CHECK(row.excluded == sla::Counts{{"maintenance", 60}});
  CHECK(row.slots.watched_ratio() == doctest::Approx(1));
  CHECK(row.verdict == sla::SlaVerdict::met);
}

TEST_CASE("time without a scrape had as many slots as the rest, judged or not") {
  sla::StoredTarget target = target_with("unauthorized", 30, 45, false);
  for (auto* samples :
       {&target.objectives["availability"].events, &target.objectives["availability"].good,
        &target.results["unauthorized"], &target.results["ok"]})
    std::erase_if(*samples, [](const sla::Sample& sample) { return sample.time < minute(30); });
  const sla::SlaRow row = row_of(target);
  CHECK(row.events == 30);
  CHECK(row.slots.watched_ratio() == doctest::Approx(0.25));
  CHECK(row.ratio_min == doctest::Approx(30.0 / 120));
}

TEST_CASE("the interval tells how many slots were due, late start and early end included") {
  sla::StoredTarget target = target_with("server_error", 0, 0, true);
  target.interval = {{minute(0), 30}};
  CHECK(row_of(target).slots.due == doctest::Approx(120));
  CHECK(row_of(target).slots.watched_ratio() == 1);
  target.interval = {{minute(0), 30}, {minute(30), 15}};
  CHECK(row_of(target).slots.due == doctest::Approx(180));
  CHECK(row_of(target).slots.watched_ratio() == doctest::Approx(120.0 / 180));
}

TEST_CASE("a slot or two at the edges of a month are not missing") {
  sla::Slots slots{120, 118, {}};
  CHECK(slots.unwatched() == 0);
  CHECK(slots.watched_ratio() == 1);
  slots.judged = 117;
  CHECK(slots.unwatched() == 3);
  CHECK(sla::Slots{}.watched_ratio() == 0);
}

TEST_CASE("what failed while no control was reached is excluded and was not watched") {
  sla::StoredTarget target = target_with("connect_timeout", 10, 20, false);
  double egress = 0;
  for (int i = -10; i <= 70; ++i)
    target.objectives["availability"].egress.push_back(
        {minute(i), egress += i > 10 && i <= 18 ? 2 : 0});
  const sla::SlaRow row = row_of(target);
  CHECK(row.excluded == sla::Counts{{"egress", 16}, {"maintenance", 4}});
  CHECK(row.slots.unjudged == sla::Counts{{"egress", 16}});
  CHECK(row.slots.watched_ratio() == doctest::Approx(104.0 / 120));
  CHECK(row.verdict == sla::SlaVerdict::unknown);
  target.counted["network"] = {{minute(0), 0}};
  CHECK(row_of(target).excluded == sla::Counts{{"egress", 16}, {"network", 4}});
}

TEST_CASE("without events or without an objective nobody can tell") {
  sla::StoredTarget target = target_with("unauthorized", -10, 70, false);
  CHECK(row_of(target).verdict == sla::SlaVerdict::unknown);
  CHECK_FALSE(row_of(target).ratio);
  target = target_with("server_error", 0, 0, true);
  target.objectives["availability"].ratio.clear();
  CHECK(row_of(target).verdict == sla::SlaVerdict::unknown);
  CHECK(row_of(target).ratio == 1);
}

TEST_CASE("an objective of all events has no budget to spend") {
  sla::StoredTarget target = target_with("server_error", 10, 11, true);
  for (sla::Sample& sample : target.objectives["availability"].ratio)
    sample.value = 1;
  CHECK_FALSE(row_of(target).budget_spent);
  CHECK(row_of(target).verdict == sla::SlaVerdict::breached);
}

TEST_CASE("one lost probe is no outage") {
  sla::StoredTarget target = target_with("server_error", 0, 0, true);
  auto& objective = target.objectives["availability"];
  for (sla::Sample& sample : objective.good)
    if (sample.time >= minute(20)) sample.value -= 1;
  const sla::SlaRow row = row_of(target);
  CHECK(row.bad == 1);
  CHECK(row.lone_bad == 1);
  CHECK(row.outages_total == 0);
}

// As `part` of a target that is seen every minute.
sla::StoredTarget part(const std::string& instance, int from, int to) {
  sla::StoredTarget target;
  target.labels = {{"tenant", "acme"}, {"probe", "dataset"}};
  target.instance = instance;
  auto& objective = target.objectives["availability"];
  objective.events = objective.good = target.results["ok"] = each_minute(from, to, 2);
  objective.ratio = {{minute(0), 0.99}};
  return target;
}

TEST_CASE("exporters that follow one another are one, those at work together are not") {
  const sla::Month month{"2026-10", "UTC", kHour, false};
  const auto turn = sla::make_rows({part("b:1", 30, 70), part("a:1", -5, 32)}, month, 10);
  REQUIRE(turn.size() == 1);
  CHECK(turn[0].instances == std::vector<std::string>{"a:1", "b:1"});
  CHECK(turn[0].events == 120);  // not the two minutes that both have seen
  CHECK(turn[0].verdict == sla::SlaVerdict::met);

  const auto both = sla::make_rows({part("a:1", -5, 70), part("b:1", -5, 70)}, month, 10);
  REQUIRE(both.size() == 2);
  CHECK(both[0].events == 120);
  CHECK(both[0].notes.back().find("2 exporters watched this") != std::string::npos);

  const auto pause = sla::make_rows({part("a:1", -5, 20), part("b:1", 40, 70)}, month, 10);
  REQUIRE(pause.size() == 1);
  CHECK(pause[0].coverage.unwatched == std::vector<sla::TimeSpan>{{minute(20), minute(40)}});
}

TEST_CASE("a target whose label changed is one row, beside another vantage too") {
  const sla::Month month{"2026-10", "UTC", kHour, false};
  sla::StoredTarget before = part("a:1", -5, 30);
  sla::StoredTarget after = part("a:1", 30, 70);
  before.labels["region"] = "eu";
  after.labels["region"] = "eu-west";
  const auto alone = sla::make_rows({before, after}, month, 10);
  REQUIRE(alone.size() == 1);
  CHECK(alone[0].events == 120);
  CHECK(alone[0].label("region") == "eu-west");
  CHECK(alone[0].instances == std::vector<std::string>{"a:1"});
  CHECK(alone[0].notes.back() ==
        "Labels changed: region from \"eu\" to \"eu-west\". The row goes on over the change.");
  sla::StoredTarget other = part("b:1", -5, 70);
  other.labels["region"] = "us";
  const auto both = sla::make_rows({before, other, after}, month, 10);
  REQUIRE(both.size() == 2);
  CHECK(both[0].events == 120);
  CHECK(both[1].events == 120);
}

// Fails from one minute to another, of those that `part` has.
sla::StoredTarget failing(sla::StoredTarget target, int from, int to) {
  for (sla::Sample& sample : target.objectives["availability"].good)
    sample.value -=
        2 * std::clamp(static_cast<int>((sample.time - minute(from)) / 1min), 0, to - from);
  return target;
}

TEST_CASE("a tenant is down in a slice in which none of its probes was good, from nowhere") {
  const sla::Month month{"2026-10", "UTC", kHour, false};
  sla::StoredTarget other = part("a:1", -5, 70);
  other.labels["probe"] = "status";
  other.objectives["availability"].ratio = {{minute(0), 0.9}};
  const sla::StoredTarget down = failing(part("a:1", -5, 70), 20, 40);

  const auto one = sla::tenant_row({down}, month, 10);
  REQUIRE(one);
  CHECK(one->slo == sla::kTenantAvailability);
  CHECK(one->events == 12);
  CHECK(one->bad == 4);
  CHECK(one->objective == 0.99);
  CHECK(one->verdict == sla::SlaVerdict::breached);
  REQUIRE(one->outages.size() == 1);
  CHECK(one->outages[0].end - one->outages[0].start == 20min);

  const auto two = sla::tenant_row({down, failing(other, 30, 50)}, month, 10);
  REQUIRE(two);
  CHECK(two->bad == 2);
  CHECK(two->objective == 0.99);
  CHECK(sla::tenant_row({down, part("b:1", -5, 70)}, month, 10)->bad == 0);
}

TEST_CASE("a tenant that was not watched for long enough is not met") {
  const sla::Month month{"2026-10", "UTC", kHour, false};
  const auto half = sla::tenant_row({part("a:1", 30, 70)}, month, 10);
  REQUIRE(half);
  CHECK(half->slots.watched_ratio() == doctest::Approx(0.5));
  CHECK(half->verdict == sla::SlaVerdict::unknown);
  CHECK(half->notes.at(0).rfind("Met as far as it was watched (50.0000% of the slices)", 0) == 0);
}

TEST_CASE("a tenant whose probes are too far apart for slices has no row") {
  sla::StoredTarget target = part("a:1", -5, 70);
  target.interval = {{minute(0), 150}};
  CHECK(sla::tenant_row({target}, {"2026-10", "UTC", kHour, false}, 10));
  target.interval = {{minute(0), 300}};
  CHECK_FALSE(sla::tenant_row({target}, {"2026-10", "UTC", kHour, false}, 10));
}

TEST_CASE("one breach is a breach, and what nobody can tell is not met") {
  sla::SlaReport report;
  CHECK(sla::verdict_of(report) == sla::SlaVerdict::unknown);
  report.rows.resize(2);
  report.rows[0].verdict = report.rows[1].verdict = sla::SlaVerdict::met;
  CHECK(sla::verdict_of(report) == sla::SlaVerdict::met);
  report.rows[0].verdict = sla::SlaVerdict::unknown;
  CHECK(sla::verdict_of(report) == sla::SlaVerdict::unknown);
  report.tenants.resize(1);
  report.tenants[0].verdict = sla::SlaVerdict::breached;
  CHECK(sla::verdict_of(report) == sla::SlaVerdict::breached);
  report.tenants.clear();
  report.rows[1].verdict = sla::SlaVerdict::breached;
  CHECK(sla::verdict_of(report) == sla::SlaVerdict::breached);
}

TEST_CASE("a ratio is never rounded up to what was promised") {
  CHECK(sla::percent_down(0.99899999) == "99.8999%");
  CHECK(sla::percent_down(0.999) == "99.9000%");
  CHECK(sla::percent_down(1) == "100.0000%");
  CHECK(sla::percent_down(0.9999999999) == "99.9999%");
  CHECK(sla::percent(0.999) == "99.9%");
  CHECK(sla::grouped(1234567) == "1,234,567");
  CHECK(sla::grouped(999) == "999");
}

}  // namespace
}  // namespace reinfer::tests::sla_figures_test
