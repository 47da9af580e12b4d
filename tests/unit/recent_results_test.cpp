#include "record/recent_results.h"

#include <doctest/doctest.h>

#include "record/health_state.h"

namespace reinfer {
namespace {

using namespace std::chrono_literals;

// 2026-11-24 02:00:00 UTC, on a machine that has been up for a while.
const Instant kStart{WallTime{1795485600s}, MonoTime{777777s}};

Instant after(Nanoseconds d) {
  return {kStart.wall + d, kStart.mono + d};
}

ProbeResult result_at(Nanoseconds when, Outcome outcome, Nanoseconds total = 50ms) {
  ProbeResult result;
  result.finished = after(when);
  result.outcome = outcome;
  result.phases.wait = total / 2;
  result.phases.total = total;
  result.http_status = 200;
  return result;
}

TEST_CASE(
    "availability of the hour and the day counts what is good and bad, not what is excluded") {
  Recent recent;
  CHECK_FALSE(recent.over_day(kStart.mono).ratio().has_value());
  recent.note(result_at(0s, Outcome::ok));
  recent.note(result_at(30s, Outcome::server_error));
  recent.note(result_at(60s, Outcome::unauthorized));
  recent.note(result_at(90s, Outcome::server_error), 0, true);
  recent.note(result_at(120s, Outcome::ok), 4);
  const AvailabilitySum hour = recent.over_hour(after(120s).mono);
  CHECK(hour == AvailabilitySum{2, 1, 2, 4});
  CHECK(*hour.ratio() == doctest::Approx(2.0 / 3));
  CHECK(recent.over_day(after(120s).mono) == hour);
  SUBCASE("what is an hour old leaves the hour, what is a day old the day") {
    CHECK(recent.over_hour(after(61min).mono) == AvailabilitySum{});
    CHECK(recent.over_day(after(61min).mono) == hour);
    CHECK(recent.over_day(after(25h).mono) == AvailabilitySum{});
  }
  SUBCASE("a bin is written anew when its turn comes again") {
    recent.note(result_at(24h, Outcome::ok));
    CHECK(recent.over_day(after(24h).mono) == AvailabilitySum{1, 0, 0, 0});
  }
}

TEST_CASE("the bins of a day begin at round times and show the last bad fault") {
  Recent recent;
  recent.note(result_at(7min, Outcome::gateway_error));
  recent.note(result_at(8min, Outcome::throttled));
  recent.note(result_at(16min, Outcome::throttled));
  const auto day = recent.day(after(16min).mono);
  REQUIRE(day.size() == Recent::kDayBins);
  CHECK(day[94].worst == Fault::edge);
  CHECK(day[95].worst == Fault::request);
  CHECK(day[95].excluded == 1);
  CHECK(recent.day_bin_start(day[94].number) == kStart.mono);
  CHECK(recent.day_bin_start(day[95].number) == after(15min).mono);
}

TEST_CASE("a step of the wall clock moves nothing") {
  Recent recent;
  recent.note(result_at(0s, Outcome::ok));
  ProbeResult stepped = result_at(30s, Outcome::ok);
  stepped.finished.wall -= 3h;
  recent.note(stepped);
  CHECK(recent.over_hour(after(30s).mono).good == 2);
  CHECK(recent.samples().back().finished == after(30s).mono);
  CHECK(recent.quantiles(after(30s).mono)->count == 2);
}

TEST_CASE("the last samples are kept in order, and no more of them") {
  Recent recent;
  for (int i = 0; i < 200; ++i)
    recent.note(result_at(i * 30s, Outcome::ok, (i + 1) * 1ms));
  const auto samples = recent.samples();
  REQUIRE(samples.size() == Recent::kSamplesKept);
  CHECK(samples.front().total == 141'000);
  CHECK(samples.back().total == 200'000);
  CHECK(samples.back().wait == 100'000);
  CHECK(samples.back().resolve == RecentSample::kAbsent);
}

TEST_CASE("quantiles are latencies that were measured, of ok probes of the last hour") {
  Recent recent;
  CHECK_FALSE(recent.quantiles(kStart.mono).has_value());
  for (int i = 0; i < 100; ++i)
    recent.note(result_at(i * 30s, Outcome::ok, (i + 1) * 1ms));
  recent.note(result_at(50min, Outcome::response_timeout, 10s));
  const auto all = recent.quantiles(after(50min).mono);
  REQUIRE(all.has_value());
  CHECK(all->count == 100);
  CHECK(all->p50 == 50'000);
  CHECK(all->p95 == 95'000);
  CHECK(all->p99 == 99'000);
  CHECK(all->oldest == kStart.mono);
  CHECK(recent.quantiles(after(90min).mono)->count == 40);
  CHECK_FALSE(recent.quantiles(after(3h).mono).has_value());
}

TEST_CASE("what we spoilt ourselves is no latency of the hour, but availability") {
  Recent recent;
  ProbeResult late = result_at(0s, Outcome::ok);
  late.uncertainty.total = 30ms;
  recent.note(late);
  ProbeResult stepped = result_at(30s, Outcome::ok);
  stepped.uncertainty.clock_stepped = true;
  recent.note(stepped);
  CHECK_FALSE(recent.quantiles(after(1min).mono).has_value());
  CHECK(recent.over_hour(after(1min).mono) == AvailabilitySum{2, 0, 0, 0});
}

TEST_CASE("what is remembered of a target's day stays under six kilobytes") {
  // Vectors grow by doubling, to 64 samples and 128 latencies.
  const std::size_t bins = (Recent::kDayBins + Recent::kHourBins) * sizeof(AvailabilityBin);
  CHECK(sizeof(Recent) + bins + 64 * sizeof(RecentSample) + 128 * 8 < 6 * 1024);
  CHECK(Recent::kSamplesKept <= 64);
  CHECK(Recent::kLatenciesKept <= 128);
}

TEST_CASE("one good probe does not end trouble, three in a row do") {
  Standing standing;
  standing.note(result_at(0s, Outcome::ok));
  CHECK(standing.good_since == after(0s));
  standing.note(result_at(30s, Outcome::server_error));
  standing.note(result_at(60s, Outcome::ok));
  standing.note(result_at(90s, Outcome::gateway_error));
  standing.note(result_at(120s, Outcome::server_error));
  REQUIRE(standing.trouble.has_value());
  CHECK(standing.trouble->since == after(30s));
  CHECK(standing.trouble->fault_since[static_cast<std::size_t>(Fault::edge)] == after(90s));
  CHECK(standing.trouble->fault_since[static_cast<std::size_t>(Fault::platform)] == after(30s));
  CHECK(standing.trouble->main_fault() == Fault::platform);
  CHECK_FALSE(standing.good_since.has_value());
  for (int i = 5; i < 8; ++i)
    standing.note(result_at(i * 30s, Outcome::ok));
  CHECK_FALSE(standing.trouble.has_value());
  CHECK(standing.good_since == after(150s));
  CHECK(standing.past->since == after(30s));
}

TEST_CASE("slots that were skipped count until a result comes, and a stall is remembered") {
  Standing standing;
  standing.note_skipped(SkipReason::stall, 9);
  standing.note_skipped(SkipReason::throttled, 2);
  CHECK(standing.missed() == 9);
  standing.note(result_at(30s, Outcome::ok));
  CHECK(standing.missed() == 0);
  CHECK(standing.stalled == after(30s));
}

}  // namespace
}  // namespace reinfer
