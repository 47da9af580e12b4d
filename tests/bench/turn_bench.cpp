// How the work of the probe loop grows with the number of targets: plays so many turns of an Engine
// with a transport that answers at once, or takes so many snapshots of its ledger. It measures
// nothing itself, but for `holds`: growth.py runs it under callgrind twice, with more repetitions
// the second time, and counts the instructions that are more.
//
//   turn_bench turns|snapshots|found|holds TENANTS REPETITIONS
//
// Each tenant has one target, every 30 s. `snapshots`: each after a probe of one target; what is
// counted includes that probe. `found`: a target is looked up by its name. `holds`: how long a
// snapshot and the adoption of another plan take by the clock, as one line of JSON in nanoseconds.
// The ledger's mutex is held for less than that.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "config/load_plan.h"
#include "credentials/credentials.h"
#include "model/plan_change.h"
#include "probe/engine.h"
#include "record/ledger.h"
#include "transport/transport.h"

namespace reinfer::bench {
namespace {

class PlayedClock final : public base::Clock {
 public:
  base::Instant now() const override { return now_; }
  void advance_to(base::MonoTime when) {
    const base::Nanoseconds step = when - now_.mono;
    now_ = {now_.wall + step, when};
  }

 private:
  base::Instant now_{base::WallTime{std::chrono::seconds(1795392000)},
                     base::MonoTime{std::chrono::hours(7)}};
};

// Answers whatever was sent at the next poll.
class InstantTransport final : public transport::Transport {
 public:
  explicit InstantTransport(PlayedClock& clock) : clock_(clock) {}

  void start(transport::ProbeId id, model::Request) override { sent_.push_back(id); }
  std::vector<transport::Completion> poll(base::MonoTime until) override {
    std::vector<transport::Completion> ended;
    for (const transport::ProbeId id : std::exchange(sent_, {})) {
      model::Exchange exchange;
      exchange.http_status = 200;
      exchange.body = R"({"status": "ok", "projects": []})";
      exchange.phases.wait = exchange.phases.total = std::chrono::milliseconds(5);
      ended.push_back({id, std::move(exchange)});
    }
    if (ended.empty()) clock_.advance_to(until);
    return ended;
  }
  void wake() override {}
  base::Nanoseconds waited() const override { return base::Nanoseconds{0}; }

 private:
  PlayedClock& clock_;
  std::vector<transport::ProbeId> sent_;
};

// Each tenant has a token file of its own, so that each has a source of its own.
class TokenFiles {
 public:
  explicit TokenFiles(std::size_t count) {
    std::string pattern = "/tmp/turn-bench-XXXXXX";
    base::check(mkdtemp(pattern.data()) != nullptr, "a folder can be made");
    folder_ = pattern;
    for (std::size_t i = 0; i < count; ++i)
      std::ofstream(path(i)) << "bench-token";
  }
  ~TokenFiles() { std::filesystem::remove_all(folder_); }
  TokenFiles(const TokenFiles&) = delete;
  TokenFiles& operator=(const TokenFiles&) = delete;
  std::string path(std::size_t i) const { return fmt::format("{}/{}", folder_, i); }

 private:
  std::string folder_;
};

std::shared_ptr<const model::Plan> plan_of(std::size_t tenants, const TokenFiles& tokens,
                                           const std::string& interval = "30s") {
  std::string text =
      fmt::format("[limits]\nseries_max = 10000000\n[defaults]\ninterval = \"{}\"\n", interval);
  for (std::size_t i = 0; i < tenants; ++i)
    text += fmt::format(
        "[[tenant]]\nname = \"t{0}\"\nbase_url = \"https://cloud.uipath.com/org/t{0}/reinfer_\"\n"
        "token_file = \"{1}\"\n[[tenant.probe]]\nuse = \"projects\"\n",
        i, tokens.path(i));
  auto plan = config::parse_plan(text, "bench.toml",
                                 [](const model::TokenSource&) { return std::nullopt; });
  base::check(plan.has_value(), "the plan is good");
  return std::make_shared<const model::Plan>(std::move(*plan));
}

using Times = std::vector<std::int64_t>;

template <typename Work>
void time_into(Times& times, Work work) {
  const base::MonoTime begun = base::mono_now();
  work();
  times.push_back((base::mono_now() - begun).count());
}

// Snapshots in turn after a probe and after a round of them all, while the one before is still
// read, as by a scraper.
void print_holds(probe::Engine& engine, record::Ledger& ledger, const PlayedClock& clock,
                 const std::array<std::shared_ptr<const model::Plan>, 2>& plans,
                 std::size_t repetitions) {
  constexpr std::size_t kAdoptions = 10;
  Times snapshots, adoptions;
  record::Snapshot read;
  for (std::size_t i = 0; i < repetitions; ++i) {
    const std::size_t turns = i % 2 == 0 ? 1 : 2 * read.targets.size() + 1;
    for (std::size_t turn = 0; turn < turns; ++turn)
      engine.step(base::MonoTime::max());
    // On a thread of its own, as a scrape's: memory of another thread comes from another heap.
    std::thread([&] {
      record::Snapshot taken;
      time_into(snapshots, [&] { taken = ledger.snapshot(clock.now()); });
      read = std::move(taken);
    }).join();
  }
  for (std::size_t i = 0; i < kAdoptions; ++i) {
    const auto& now = plans[i % 2];
    const auto& next = plans[(i + 1) % 2];
    const model::PlanChange change = model::compare(*now, *next);
    time_into(adoptions, [&] { ledger.adopt(next, change, clock.now()); });
  }
  fmt::print("{{\"snapshot_ns\":[{}],\"adopt_ns\":[{}]}}\n", fmt::join(snapshots, ","),
             fmt::join(adoptions, ","));
}

void run(const std::string& mode, std::size_t tenants, std::size_t repetitions) {
  const TokenFiles tokens(tenants);
  const auto plan = plan_of(tenants, tokens);
  const base::Log log(base::LogLevel::error, base::LogFormat::logfmt);
  PlayedClock clock;
  InstantTransport transport(clock);
  credentials::Credentials credentials(*plan, log);
  probe::Mailbox mailbox(transport);
  probe::PaidBudget paid("", log);
  probe::InFlightLimit limit;
  record::Ledger ledger(plan, clock.now());
  probe::Engine engine(plan, clock, transport, credentials, paid, limit, ledger, mailbox, log, 1);
  // Each target has been probed: what is made for a first result is made.
  for (std::size_t i = 0; i < 3 * tenants + 10; ++i)
    engine.step(base::MonoTime::max());
  if (mode == "holds") {
    print_holds(engine, ledger, clock, {plan, plan_of(tenants, tokens, "60s")}, repetitions);
    return;
  }
  std::size_t seen = 0;
  for (std::size_t i = 0; i < repetitions; ++i) {
    if (mode == "found") {
      seen += ledger.evidence(fmt::format("t{}", i * 7919 % tenants), "projects").has_value();
      continue;
    }
    engine.step(base::MonoTime::max());
    if (mode == "snapshots") seen += ledger.snapshot(clock.now()).targets.size();
  }
  fmt::print("{}\n", seen);
}

}  // namespace
}  // namespace reinfer::bench

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("turn_bench turns|snapshots|found|holds TENANTS REPETITIONS\n", stderr);
    return 2;
  }
  reinfer::bench::run(argv[1], std::strtoul(argv[2], nullptr, 10),
                      std::strtoul(argv[3], nullptr, 10));
  return 0;
}
