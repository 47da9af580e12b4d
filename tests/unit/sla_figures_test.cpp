#include <doctest/doctest.h>

#include "base/rfc3339.h"
#include "base/time_zone.h"
#include "sla/attribution.h"
#include "sla/coverage.h"
#include "sla/month.h"
#include "sla/outages.h"
#include "sla/report.h"
#include "sla/stored_series.h"
#include "sla/words.h"

namespace reinfer {
namespace {

using namespace std::chrono_literals;

// Also before main, where doctest cannot check.
WallTime at(std::string_view text) {
  return parse_rfc3339(text).value();
}

// Minutes since the start of the month of the tests.
WallTime minute(int minutes) {
  return at("2026-10-01T00:00:00Z") + std::chrono::minutes(minutes);
}

const TimeSpan kHour{minute(0), minute(60)};

Samples each_minute(int from, int to, double per_minute) {
  Samples samples;
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
  const WallTime now = at("2026-11-24T12:00:00Z");
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
    const auto month = parse_month(row.text, row.zone, now);
    REQUIRE(month);
    CHECK(month->span == TimeSpan{at(row.from), at(row.to)});
    CHECK(month->so_far == (std::string_view(row.text) == "2026-11"));
  }
}

TEST_CASE("which month is the last depends on the zone") {
  const WallTime new_year = at("2026-12-31T23:30:00Z");
  CHECK(parse_month("", "UTC", new_year)->name == "2026-11");
  CHECK(parse_month("", "Europe/Berlin", new_year)->name == "2026-12");
}

TEST_CASE("what is no month is told with what is allowed") {
  const WallTime now = at("2026-11-24T12:00:00Z");
  for (const char* wrong : {"2026-13", "2026-00", "2026-1", "october", "2026/10", "2026-10-01"}) {
    CAPTURE(wrong);
    CHECK(parse_month(wrong, "UTC", now).error().find("is not a month such as 2026-10") !=
          std::string::npos);
  }
  for (const char* outside : {"2026-12", "2014-12", "9999-01"}) {
    CAPTURE(outside);
    CHECK(parse_month(outside, "UTC", now).error().find("allowed: 2015-01 to 2026-11") !=
          std::string::npos);
  }
  CHECK(parse_month("2026-10", "Nowhere", now).error().rfind("--time-zone: \"Nowhere\"", 0) == 0);
}

TEST_CASE("a counter that fell began again at 0") {
  const Samples samples = {{minute(0), 5}, {minute(1), 7}, {minute(2), 3}, {minute(3), 3}};
  CHECK(growth_of(samples) == std::vector<Growth>{{minute(0), minute(1), 2, false},
                                                  {minute(1), minute(2), 3, true},
                                                  {minute(2), minute(3), 0, false}});
  CHECK(growth_of(Samples{{minute(0), 5}}).empty());
}

TEST_CASE("months add up: an event is of the month of the sample that shows it") {
  const auto growth = growth_of(Samples{{minute(0), 0}, {minute(50), 5}, {minute(70), 8}});
  CHECK(total(growth, kHour) == 5);
  CHECK(total(growth, {minute(60), minute(120)}) == 3);
  CHECK(total(growth, {minute(-60), minute(0)}) == 0);
}

TEST_CASE("samples of overlapping pieces are taken once") {
  Samples samples = {{minute(0), 1}, {minute(1), 2}};
  append_newer(samples, {{minute(1), 2}, {minute(2), 3}});
  CHECK(samples.size() == 3);
  CHECK(value_at(samples, minute(1) + 30s) == 2);
  CHECK(value_at(samples, minute(-1)) == 1);
  CHECK_FALSE(value_at({}, minute(1)));
}

TEST_CASE("what was not watched is silence that the counters did not live through") {
  const auto even = growth_of(each_minute(-5, 65, 2));
  CHECK(coverage_of(even, {}, kHour).unwatched.empty());
  CHECK(coverage_of(even, {}, kHour).watched == 1h);

  SUBCASE("silence in which events went on is only not seen in detail") {
    const auto growth = growth_of(Samples{{minute(0), 0}, {minute(20), 40}, {minute(60), 120}});
    const Coverage coverage = coverage_of(growth, {}, kHour);
    CHECK(coverage.unwatched.empty());
    CHECK(coverage.unseen.size() == 2);
  }
  SUBCASE("so is one in which another counter went on") {
    const auto still = growth_of(Samples{{minute(0), 4}, {minute(60), 4}});
    const auto other = growth_of(Samples{{minute(0), 0}, {minute(60), 120}});
    CHECK(coverage_of(still, {}, kHour).unwatched == std::vector<TimeSpan>{kHour});
    CHECK(coverage_of(still, {other}, kHour).unwatched.empty());
    const auto restarted = growth_of(Samples{{minute(0), 50}, {minute(60), 20}});
    CHECK(coverage_of(still, {other, restarted}, kHour).unwatched.size() == 1);
  }
  SUBCASE("silence over a restart is not watched, a restart between two scrapes is") {
    const auto growth = growth_of(
        Samples{{minute(0), 0}, {minute(4), 8}, {minute(20), 2}, {minute(24), 1}, {minute(28), 9}});
    const Coverage coverage = coverage_of(growth, {}, {minute(0), minute(28)});
    CHECK(coverage.unwatched == std::vector<TimeSpan>{{minute(4), minute(20)}});
    CHECK(coverage.restarts == 2);
    CHECK(coverage.watched == 12min);
  }
  SUBCASE("nor is what lies before the first sample and after the last") {
    const Coverage coverage = coverage_of(growth_of(each_minute(10, 40, 2)), {}, kHour);
    CHECK(coverage.unwatched ==
          std::vector<TimeSpan>{{minute(0), minute(10)}, {minute(40), minute(60)}});
    CHECK(coverage.data == TimeSpan{minute(10), minute(40)});
  }
  SUBCASE("without a sample nothing was watched") {
    CHECK(coverage_of({}, {}, kHour).unwatched == std::vector<TimeSpan>{kHour});
    CHECK(coverage_of({}, {}, kHour).watched == 0s);
    CHECK_FALSE(coverage_of({}, {}, kHour).data);
  }
}

// A step of a minute for each character: '.' good, 'x' bad, 'm' one of each, '-' no event, 'b' good
// after counters began anew.
std::vector<JudgedStep> steps(int from, std::string_view text) {
  std::vector<JudgedStep> result;
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
    for (const Outage& outage : outages_of(steps(0, row.text), kHour))
      found.emplace_back((outage.start - minute(0)) / 1min, (outage.end - minute(0)) / 1min);
    CHECK(found == row.expected);
  }
}

TEST_CASE("an outage over the edge of the month is cut, and said to be") {
  const auto before = outages_of(steps(-4, "..xxxx...."), kHour);
  REQUIRE(before.size() == 1);
  CHECK(before[0].began_before);
  CHECK(before[0].start == minute(0));
  CHECK(before[0].end == minute(3));
  CHECK(before[0].bad == 4);
  const auto after = outages_of(steps(56, "..xxxx...."), kHour);
  REQUIRE(after.size() == 1);
  CHECK(after[0].went_on);
  CHECK(after[0].end == minute(60));
  CHECK(after[0].bad == 4);
  CHECK(outages_of(steps(-10, ".xx......."), kHour).empty());
  CHECK(outages_of(steps(60, ".xx......."), kHour).empty());
}

TEST_CASE("an outage whose end nobody saw ends when it was last seen") {
  const auto last = outages_of(steps(0, "..xxx"), kHour);
  REQUIRE(last.size() == 1);
  CHECK_FALSE(last[0].recovery_seen);
  CHECK(last[0].end == minute(5));
  std::vector<JudgedStep> silence = steps(0, "..xxx");
  silence.push_back({minute(5), minute(30), 50, 0, {}, false});
  const auto silent = outages_of(silence, kHour);
  REQUIRE(silent.size() == 1);
  CHECK_FALSE(silent[0].recovery_seen);
  CHECK(silent[0].end == minute(5));
}

TEST_CASE("the longest come first") {
  auto outages = outages_of(steps(0, ".x......xxx......m......"), kHour);
  REQUIRE(outages.size() == 3);
  outages = longest(outages, 2);
  REQUIRE(outages.size() == 2);
  CHECK(outages[0].bad == 6);
  CHECK(outages[1].bad == 2);
}

// A target with two events a minute from -10 to 70, of which some fail with an outcome.
StoredTarget target_with(const std::string& outcome, int from, int to, bool counts_as_event) {
  StoredTarget target;
  target.labels = {{"tenant", "acme"}, {"probe", "dataset"}};
  target.instance = "a:1";
  double events = 0, good = 0, results = 0;
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
  }
  return target;
}

SlaRow row_of(const StoredTarget& target) {
  const auto rows = make_rows({target}, {"2026-10", "UTC", kHour, false}, 10);
  REQUIRE(rows.size() == 1);
  return rows[0];
}

TEST_CASE("bad events have the outcome of the results of the same time, others are excluded") {
  const SlaRow bad = row_of(target_with("server_error", 10, 15, true));
  CHECK(bad.bad_by_outcome == Counts{{"server_error", 10}});
  CHECK(bad.bad_by_fault == Counts{{"platform", 10}});
  CHECK(bad.excluded.empty());
  CHECK(bad.events == 120);
  CHECK(bad.verdict == SlaVerdict::breached);
  CHECK(bad.budget_spent == doctest::Approx(10 / 1.2));

  const SlaRow ours = row_of(target_with("unauthorized", 10, 15, false));
  CHECK(ours.excluded == Counts{{"credentials", 10}});
  CHECK(ours.events == 110);
  CHECK(ours.verdict == SlaVerdict::met);
  CHECK(row_of(target_with("server_error", 10, 15, false)).excluded == Counts{{"maintenance", 10}});
}

TEST_CASE("a fault that the objective does not count is the reason, not maintenance") {
  StoredTarget target = target_with("connect_error", 10, 15, false);
  target.counted["network"] = {{minute(0), 0}};
  CHECK(row_of(target).excluded == Counts{{"network", 10}});
}

TEST_CASE("ok results that were no good events were in maintenance") {
  StoredTarget target = target_with("server_error", 0, 0, true);
  double ok = 0;
  for (int i = -10; i <= 70; ++i)
    target.results["ok"].push_back({minute(i), ok += i > 20 && i <= 23 ? 3 : 2});
  CHECK(row_of(target).excluded == Counts{{"maintenance", 3}});
}

TEST_CASE("bad events that no result explains are said to be") {
  StoredTarget target = target_with("server_error", 10, 15, true);
  target.results.clear();
  const SlaRow row = row_of(target);
  CHECK(row.bad_by_fault == Counts{{"unexplained", 10}});
  CHECK(row.bad == 10);
}

TEST_CASE("an objective that changed judges each stretch's budget, and the month by the last") {
  StoredTarget target = target_with("server_error", 10, 11, true);
  auto& ratio = target.objectives["availability"].ratio;
  for (Sample& sample : ratio)
    if (sample.time >= minute(30)) sample.value = 0.9;
  const SlaRow row = row_of(target);
  REQUIRE(row.stretches.size() == 2);
  CHECK(row.stretches[0] == ObjectiveStretch{{minute(0), minute(30)}, 0.99, 60, 58});
  CHECK(row.stretches[1] == ObjectiveStretch{{minute(30), minute(60)}, 0.9, 60, 60});
  CHECK(row.objective == 0.9);
  CHECK(row.budget_spent == doctest::Approx(2 / (0.6 + 6)));
  CHECK(row.notes.at(0).rfind("The objective changed: 99% from 2026-10-01T00:00:00Z (58 of 60",
                              0) == 0);
}

TEST_CASE("an objective is met only if what was not watched could not have broken it") {
  StoredTarget target = target_with("server_error", 0, 0, true);
  auto& objective = target.objectives["availability"];
  for (Samples* samples : {&objective.events, &objective.good})
    std::erase_if(*samples, [](const Sample& sample) { return sample.time < minute(30); });
  const SlaRow half = row_of(target);
  CHECK(half.ratio == 1);
  CHECK(half.ratio_min == doctest::Approx(0.5));
  CHECK(half.verdict == SlaVerdict::unknown);
  for (Sample& sample : objective.ratio)
    sample.value = 0.5;
  CHECK(row_of(target).verdict == SlaVerdict::met);
}

TEST_CASE("without events or without an objective nobody can tell") {
  StoredTarget target = target_with("unauthorized", -10, 70, false);
  CHECK(row_of(target).verdict == SlaVerdict::unknown);
  CHECK_FALSE(row_of(target).ratio);
  target = target_with("server_error", 0, 0, true);
  target.objectives["availability"].ratio.clear();
  CHECK(row_of(target).verdict == SlaVerdict::unknown);
  CHECK(row_of(target).ratio == 1);
}

TEST_CASE("an objective of all events has no budget to spend") {
  StoredTarget target = target_with("server_error", 10, 11, true);
  for (Sample& sample : target.objectives["availability"].ratio)
    sample.value = 1;
  CHECK_FALSE(row_of(target).budget_spent);
  CHECK(row_of(target).verdict == SlaVerdict::breached);
}

TEST_CASE("one lost probe is no outage") {
  StoredTarget target = target_with("server_error", 0, 0, true);
  auto& objective = target.objectives["availability"];
  for (Sample& sample : objective.good)
    if (sample.time >= minute(20)) sample.value -= 1;
  const SlaRow row = row_of(target);
  CHECK(row.bad == 1);
  CHECK(row.lone_bad == 1);
  CHECK(row.outages_total == 0);
}

// As `part` of a target that is seen every minute.
StoredTarget part(const std::string& instance, int from, int to) {
  StoredTarget target;
  target.labels = {{"tenant", "acme"}, {"probe", "dataset"}};
  target.instance = instance;
  auto& objective = target.objectives["availability"];
  objective.events = objective.good = each_minute(from, to, 2);
  objective.ratio = {{minute(0), 0.99}};
  return target;
}

TEST_CASE("exporters that follow one another are one, those at work together are not") {
  const Month month{"2026-10", "UTC", kHour, false};
  const auto turn = make_rows({part("b:1", 30, 70), part("a:1", -5, 32)}, month, 10);
  REQUIRE(turn.size() == 1);
  CHECK(turn[0].instances == std::vector<std::string>{"a:1", "b:1"});
  CHECK(turn[0].events == 120);  // not the two minutes that both have seen
  CHECK(turn[0].verdict == SlaVerdict::met);

  const auto both = make_rows({part("a:1", -5, 70), part("b:1", -5, 70)}, month, 10);
  REQUIRE(both.size() == 2);
  CHECK(both[0].events == 120);
  CHECK(both[0].notes.back().find("2 exporters watched this") != std::string::npos);

  const auto pause = make_rows({part("a:1", -5, 20), part("b:1", 40, 70)}, month, 10);
  REQUIRE(pause.size() == 1);
  CHECK(pause[0].coverage.unwatched == std::vector<TimeSpan>{{minute(20), minute(40)}});
}

TEST_CASE("one breach is a breach, and what nobody can tell is not met") {
  SlaReport report;
  CHECK(verdict_of(report) == SlaVerdict::unknown);
  report.rows.resize(2);
  report.rows[0].verdict = report.rows[1].verdict = SlaVerdict::met;
  CHECK(verdict_of(report) == SlaVerdict::met);
  report.rows[0].verdict = SlaVerdict::unknown;
  CHECK(verdict_of(report) == SlaVerdict::unknown);
  report.rows[1].verdict = SlaVerdict::breached;
  CHECK(verdict_of(report) == SlaVerdict::breached);
}

TEST_CASE("a ratio is never rounded up to what was promised") {
  CHECK(percent_down(0.99899999) == "99.8999%");
  CHECK(percent_down(0.999) == "99.9000%");
  CHECK(percent_down(1) == "100.0000%");
  CHECK(percent_down(0.9999999999) == "99.9999%");
  CHECK(percent(0.999) == "99.9%");
  CHECK(grouped(1234567) == "1,234,567");
  CHECK(grouped(999) == "999");
}

}  // namespace
}  // namespace reinfer
