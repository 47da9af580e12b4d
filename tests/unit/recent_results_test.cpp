#include "record/recent_results.h"

#include <doctest/doctest.h>

#include "record/health_state.h"

namespace reinfer::tests::recent_results_test {
namespace {

using namespace std::chrono_literals;

// 2026-11-24 02:00:00 UTC, on a machine that has been up for a while.
const base::Instant kStart{base::WallTime{1795485600s}, base::MonoTime{777777s}};

base::Instant after(base::Nanoseconds d) {
  return {kStart.wall + d, kStart.mono + d};
}

model::ProbeResult result_at(base::Nanoseconds when, model::Outcome outcome,
                             base::Nanoseconds total = 50ms) {
  model::ProbeResult result;
  result.finished = after(when);
  result.outcome = outcome;
  result.phases.wait = total / 2;
  result.phases.total = total;
  result.http_status = 200;
  return result;
}

std::optional<record::RecentQuantiles> quantiles_of(const record::RecentResults& recent,
                                                    base::MonoTime now) {
  return recent.quantiles(model::LatencyFigure::total, now);
}

TEST_CASE(
    "availability of the hour and the day counts what is good and bad, not what is excluded") {
  record::RecentResults recent;
  CHECK_FALSE(recent.over_day(kStart.mono).ratio().has_value());
  recent.note(result_at(0s, model::Outcome::ok));
  recent.note(result_at(30s, model::Outcome::server_error));
  recent.note(result_at(60s, model::Outcome::unauthorized));
  recent.note(result_at(90s, model::Outcome::server_error), 0, true);
  recent.note(result_at(120s, model::Outcome::ok), 4);
  const record::AvailabilitySum hour = recent.over_hour(after(120s).mono);
  CHECK(hour == record::AvailabilitySum{2, 1, 2, 4});
  CHECK(*hour.ratio() == doctest::Approx(2.0 / 3));
  CHECK(recent.over_day(after(120s).mono) == hour);
  SUBCASE("what is an hour old leaves the hour, what is a day old the day") {
    CHECK(recent.over_hour(after(61min).mono) == record::AvailabilitySum{});
    CHECK(recent.over_day(after(61min).mono) == hour);
    CHECK(recent.over_day(after(25h).mono) == record::AvailabilitySum{});
  }
  SUBCASE("a bin is written anew when its turn comes again") {
    recent.note(result_at(24h, model::Outcome::ok));
    CHECK(recent.over_day(after(24h).mono) == record::AvailabilitySum{1, 0, 0, 0});
  }
}

TEST_CASE("the bins of a day begin at round times and show the last bad fault") {
  record::RecentResults recent;
  recent.note(result_at(7min, model::Outcome::gateway_error));
  recent.note(result_at(8min, model::Outcome::throttled));
  recent.note(result_at(16min, model::Outcome::throttled));
  const auto day = recent.day(after(16min).mono);
  REQUIRE(day.size() == record::RecentResults::kDayBins);
  CHECK(day[94].worst == model::Fault::edge);
  CHECK(day[95].worst == model::Fault::request);
  CHECK(day[95].excluded == 1);
  CHECK(recent.day_bin_start(day[94].number) == kStart.mono);
  CHECK(recent.day_bin_start(day[95].number) == after(15min).mono);
}

TEST_CASE("a step of the wall clock moves nothing") {
  record::RecentResults recent;
  recent.note(result_at(0s, model::Outcome::ok));
  model::ProbeResult stepped = result_at(30s, model::Outcome::ok);
  stepped.finished.wall -= 3h;
  recent.note(stepped);
  CHECK(recent.over_hour(after(30s).mono).good == 2);
  CHECK(recent.samples().back().finished == after(30s).mono);
  CHECK(quantiles_of(recent, after(30s).mono)->count == 2);
}

TEST_CASE("the last samples are kept in order, and no more of them") {
  record::RecentResults recent;
  for (int i = 0; i < 200; ++i)
    recent.note(result_at(i * 30s, model::Outcome::ok, (i + 1) * 1ms));
  const auto samples = recent.samples();
  REQUIRE(samples.size() == record::RecentResults::kSamplesKept);
  CHECK(samples.front().total == 141'000);
  CHECK(samples.back().total == 200'000);
  CHECK(samples.back().wait == 100'000);
  CHECK(samples.back().resolve == record::RecentSample::kAbsent);
}

TEST_CASE("quantiles are latencies that were measured, of ok probes of the last hour") {
  record::RecentResults recent;
  CHECK_FALSE(quantiles_of(recent, kStart.mono).has_value());
  for (int i = 0; i < 100; ++i)
    recent.note(result_at(i * 30s, model::Outcome::ok, (i + 1) * 1ms));
  recent.note(result_at(50min, model::Outcome::response_timeout, 10s));
  const auto all = quantiles_of(recent, after(50min).mono);
  REQUIRE(all.has_value());
  CHECK(all->count == 100);
  CHECK(all->p50 == 50'000);
  CHECK(all->p90 == 90'000);
  CHECK(all->p95 == 95'000);
  CHECK(all->p99 == 99'000);
  CHECK(all->oldest == kStart.mono);
  CHECK(quantiles_of(recent, after(90min).mono)->count == 40);
  CHECK_FALSE(quantiles_of(recent, after(3h).mono).has_value());
}

TEST_CASE("what we spoilt ourselves is no latency of the hour, but availability") {
  record::RecentResults recent;
  model::ProbeResult late = result_at(0s, model::Outcome::ok);
  late.uncertainty.total = 30ms;
  recent.note(late);
  model::ProbeResult stepped = result_at(30s, model::Outcome::ok);
  stepped.uncertainty.clock_stepped = true;
  recent.note(stepped);
  CHECK_FALSE(quantiles_of(recent, after(1min).mono).has_value());
  CHECK(recent.over_hour(after(1min).mono) == record::AvailabilitySum{2, 0, 0, 0});
}

TEST_CASE("what is remembered of a target's day stays under seven kilobytes") {
  // Vectors grow by doubling, to 64 samples and 128 latencies with three figures.
  const std::size_t bins = (record::RecentResults::kDayBins + record::RecentResults::kHourBins) *
                           sizeof(record::AvailabilityBin);
  CHECK(sizeof(record::RecentResults) + bins + 64 * sizeof(record::RecentSample) + 128 * 16 <
        7 * 1024);
  CHECK(record::RecentResults::kSamplesKept <= 64);
  CHECK(record::RecentResults::kLatenciesKept <= 128);
}

TEST_CASE("one good probe does not end trouble, three in a row do") {
  record::HealthState health;
  health.note(result_at(0s, model::Outcome::ok));
  CHECK(health.good_since == after(0s));
  health.note(result_at(30s, model::Outcome::server_error));
  health.note(result_at(60s, model::Outcome::ok));
  health.note(result_at(90s, model::Outcome::gateway_error));
  health.note(result_at(120s, model::Outcome::server_error));
  REQUIRE(health.trouble.has_value());
  CHECK(health.trouble->since == after(30s));
  CHECK(health.trouble->fault_since[static_cast<std::size_t>(model::Fault::edge)] == after(90s));
  CHECK(health.trouble->fault_since[static_cast<std::size_t>(model::Fault::platform)] ==
        after(30s));
  CHECK(health.trouble->main_fault() == model::Fault::platform);
  CHECK_FALSE(health.good_since.has_value());
  for (int i = 5; i < 8; ++i)
    health.note(result_at(i * 30s, model::Outcome::ok));
  CHECK_FALSE(health.trouble.has_value());
  CHECK(health.good_since == after(150s));
  CHECK(health.past->since == after(30s));
}

TEST_CASE("slots that were skipped count until a result comes, and a stall is remembered") {
  record::HealthState health;
  health.note_skipped(model::SkipReason::stall, 9);
  health.note_skipped(model::SkipReason::throttled, 2);
  CHECK(health.missed() == 9);
  health.note(result_at(30s, model::Outcome::ok));
  CHECK(health.missed() == 0);
  CHECK(health.stalled == after(30s));
}

}  // namespace
}  // namespace reinfer::tests::recent_results_test
