// What a history takes: plays so many hours of so many targets through the ledgers and the history
// as `serve` has them, as fast as it goes, and leaves the file for history.py, which looks into it.
//
//   history_bench FILE TARGETS INTERVAL_SECONDS HOURS MEGABYTES
//
// One probe of each 1,000 fails. The history's turn comes after each round of all targets. It
// prints the results and the CPU time of those turns, with that of the longest, folding, packing
// and pruning included, in a line of JSON.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <string>
#include <utility>

#include "base/check.h"
#include "base/http_date.h"
#include "base/log.h"
#include "config/load_plan.h"
#include "history/history.h"
#include "record/ledgers.h"

namespace reinfer::bench {
namespace {

constexpr std::size_t kTenantTargets = 50;
constexpr std::uint64_t kFailsOneOf = 1000;

class PlayedClock final : public base::Clock {
 public:
  base::Instant now() const override { return now_; }
  void pass(base::Nanoseconds time) {
    now_.wall += time;
    now_.mono += time;
  }

 private:
  // 2026-11-23 00:00 UTC: days are those of UTC.
  base::Instant now_{base::WallTime{std::chrono::seconds(1795392000)},
                     base::MonoTime{std::chrono::hours(7)}};
};

struct Wanted {
  std::string file;
  std::size_t targets = 0;
  int interval_seconds = 0;
  std::chrono::hours played{};
  int megabytes = 0;
};

std::shared_ptr<const model::Plan> plan_of(const Wanted& wanted) {
  std::string text = fmt::format(
      "[limits]\nseries_max = 10000000\n[storage]\nmegabytes = {}\n[defaults]\ninterval = "
      "\"{}s\"\n",
      wanted.megabytes, wanted.interval_seconds);
  for (std::size_t i = 0; i < wanted.targets; ++i) {
    if (i % kTenantTargets == 0)
      text += fmt::format(
          "[[tenant]]\nname = \"t{0}\"\nbase_url = \"https://cloud.uipath.com/org/t{0}/reinfer_\"\n"
          "token_env = \"BENCH_TOKEN\"\nslo = {{ availability = 99.9, latency = \"1s\","
          " latency_ratio = 99 }}\n",
          i / kTenantTargets);
    text += fmt::format("[[tenant.probe]]\nname = \"p{0}\"\npath = \"/api/v1/p{0}\"\n", i);
  }
  auto plan = config::parse_plan(text, "bench.toml",
                                 [](const model::TokenSource&) { return std::nullopt; });
  base::check(plan.has_value(), "the plan is good");
  return std::make_shared<const model::Plan>(std::move(*plan));
}

class Dice {
 public:
  std::uint64_t roll() {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return state_ >> 33;
  }
  // As latencies are spread: most near the middle, few several times as long.
  base::Nanoseconds latency(double middle_ms) {
    double sum = -6;
    for (int i = 0; i < 12; ++i)
      sum += static_cast<double>(roll() % 10'000) / 10'000;
    return std::chrono::microseconds(
        static_cast<std::int64_t>(1e3 * middle_ms * std::exp(sum / 3)));
  }

 private:
  std::uint64_t state_ = 1;
};

model::ProbeResult result_of(Dice& dice, std::size_t target, base::Instant now) {
  model::ProbeResult result;
  result.target = model::TargetIndex(target);
  const bool failed = dice.roll() % kFailsOneOf == 0;
  result.outcome = failed ? model::Outcome::server_error : model::Outcome::ok;
  result.http_status = failed ? 503 : 200;
  result.application_answered = true;
  result.server_processing = dice.latency(60);
  result.network_overhead = dice.latency(20);
  result.phases.resolve = result.phases.connect = std::chrono::milliseconds(1);
  result.phases.tls = std::chrono::milliseconds(9);
  result.phases.wait = *result.server_processing + *result.network_overhead;
  result.phases.total = *result.phases.wait + std::chrono::milliseconds(12);
  result.started = result.finished = now;
  const auto uuid = [&dice] {
    return fmt::format("{:08x}-{:04x}-4{:03x}-8{:03x}-{:06x}{:06x}", dice.roll() & 0xffffffff,
                       dice.roll() & 0xffff, dice.roll() & 0xfff, dice.roll() & 0xfff,
                       dice.roll() & 0xffffff, dice.roll() & 0xffffff);
  };
  result.request_id = uuid();
  result.remote_address = fmt::format("104.18.{}.{}:443", dice.roll() % 256, dice.roll() % 256);
  result.tls =
      model::TlsFacts{"TLSv1.3", "TLS_AES_256_GCM_SHA384", now.wall + std::chrono::hours(24 * 40)};
  result.tcp = model::TcpFacts{std::chrono::microseconds(900 + dice.roll() % 200), 0};
  result.phases.send = std::chrono::microseconds(30 + dice.roll() % 40);
  result.phases.receive = std::chrono::microseconds(60 + dice.roll() % 90);
  result.uncertainty.wait = std::chrono::nanoseconds(5000 + dice.roll() % 20'000);
  result.uncertainty.total = std::chrono::nanoseconds(8000 + dice.roll() % 20'000);
  result.body_bytes = 500 + dice.roll() % 9000;
  result.server_timing_state = model::ServerTimingState::ok;
  const double server_ms = static_cast<double>(result.server_processing->count()) / 1e6;
  result.server_timing = {{"total", server_ms, ""}};
  // What the platform sends and the exporter asks for (simulator/simulated_reply.cpp, probe/
  // request.cpp): names that repeat, and values that do not.
  result.response_headers = {{"date", base::format_http_date(now.wall)},
                             {"content-type", "application/json"},
                             {"content-length", fmt::format("{}", *result.body_bytes)},
                             {"server", "cloudflare"},
                             {"cf-ray", fmt::format("{:08x}{:08x}-LHR", dice.roll() & 0xffffffff,
                                                    dice.roll() & 0xffffffff)},
                             {"cf-cache-status", "DYNAMIC"},
                             {"x-uipath-correlation-id", uuid()},
                             {"strict-transport-security", "max-age=15724800; includeSubDomains"},
                             {"x-request-id", result.request_id},
                             {"server-timing", fmt::format("total;dur={:.3f}", server_ms)}};
  result.request_headers = {
      {"Authorization", "(not kept)"},
      {"User-Agent", "reinfer_exporter/0.1.0 (+https://docs.uipath.com/communications-mining)"},
      {"Accept", "application/json"},
      {"Cache-Control", "no-cache"},
      {"x-request-id", result.request_id}};
  if (failed) result.message = "The service is overloaded, try again later.";
  return result;
}

std::int64_t thread_cpu_ns() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

int run(const Wanted& wanted) {
  PlayedClock clock;
  const auto plan = plan_of(wanted);
  record::Ledgers ledgers(plan, clock.now());
  base::Instruments instruments;
  history::HistoryInstruments figures(instruments);
  const base::Log log(base::LogLevel::warn, base::LogFormat::logfmt);
  history::History history(wanted.file, ledgers, clock, figures, log);
  history.turn();
  Dice dice;
  std::uint64_t results = 0;
  std::int64_t turns_ns = 0;
  std::int64_t longest_ns = 0;
  const base::Nanoseconds interval = std::chrono::seconds(wanted.interval_seconds);
  const auto turn = [&] {
    const std::int64_t begin = thread_cpu_ns();
    history.turn();
    const std::int64_t took = thread_cpu_ns() - begin;
    turns_ns += took;
    longest_ns = std::max(longest_ns, took);
  };
  for (base::Nanoseconds played{}; played < wanted.played; played += interval) {
    for (std::size_t i = 0; i < wanted.targets; ++i) {
      const model::ProbeResult result = result_of(dice, i, clock.now());
      ledgers.part(0).record_started(result.target, {});
      ledgers.part(0).record(result);
      ++results;
    }
    turn();
    clock.pass(interval);
  }
  clock.pass(std::chrono::minutes(5));
  turn();
  fmt::print("{{\"results\": {}, \"turns_us_per_result\": {:.3f}, \"longest_turn_us\": {}}}\n",
             results, static_cast<double>(turns_ns) / 1e3 / static_cast<double>(results),
             longest_ns / 1000);
  return 0;
}

}  // namespace
}  // namespace reinfer::bench

int main(int argc, char** argv) {
  reinfer::bench::Wanted wanted;
  if (argc == 6)
    wanted = {argv[1], static_cast<std::size_t>(std::atoi(argv[2])), std::atoi(argv[3]),
              std::chrono::hours(std::atoi(argv[4])), std::atoi(argv[5])};
  if (wanted.targets == 0 || wanted.interval_seconds <= 0 || wanted.played.count() <= 0 ||
      wanted.megabytes <= 0) {
    std::fputs("history_bench FILE TARGETS INTERVAL_SECONDS HOURS MEGABYTES\n", stderr);
    return 2;
  }
  return reinfer::bench::run(wanted);
}
