#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <map>
#include <set>

#include "tests/sim/world.h"

namespace reinfer::tests::stories_test {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kAcme = R"(
[[tenant]]
name = "acme"
base_url = "https://cloud.uipath.com/acme/prod/reinfer_"
token_env = "SIM_TOKEN"
  [[tenant.probe]]
  use = "not_found"
  [[tenant.probe]]
  use = "dataset"
  project = "demo"
  dataset = "support"
  [[tenant.probe]]
  use = "source"
  project = "demo"
  source = "emails"
)";

std::string forty_targets() {
  std::string toml;
  for (int tenant = 0; tenant < 10; ++tenant) {
    toml += fmt::format(
        "[[tenant]]\nname = \"t{0}\"\nbase_url = \"https://cloud.uipath.com/org/t{0}/reinfer_\"\n"
        "token_env = \"SIM_TOKEN\"\n",
        tenant);
    for (int probe = 0; probe < 4; ++probe)
      toml += fmt::format(
          "[[tenant.probe]]\nname = \"p{0}\"\nuse = \"dataset\"\nproject = \"demo\"\n"
          "dataset = \"d{0}\"\n",
          probe);
  }
  return toml;
}

TEST_CASE("a day of forty targets probes every slot once") {
  World world(forty_targets());
  world.run_for(24h);
  CHECK(world.total_results() == 115200);
}

TEST_CASE("the same seed gives the same bytes, another seed does not") {
  const auto play = [](std::uint64_t seed) {
    World world(forty_targets(), seed);
    world.during(1h, 2h, "/t3/", sometimes(0.1, replies(500, R"({"status":"error"})")));
    world.run_for(3h);
    return world.metrics();
  };
  const std::string first = play(7);
  CHECK(first == play(7));
  CHECK(first != play(8));
}

TEST_CASE("half an hour without DNS is 60 dns_errors and no false latency") {
  World world(kAcme);
  world.during(2h + 10min, 2h + 40min, "acme", fails(model::WireError::resolve, 5s));
  world.run_for(24h);
  CHECK(world.results("acme/dataset", model::Outcome::dns_error) == 60);
  CHECK(world.results("acme/dataset", model::Outcome::ok) == 2820);
  const record::TargetRecord record = world.record("acme/dataset");
  CHECK(record.duration.count() == 2820);
  CHECK(record.phases[static_cast<std::size_t>(record::Phase::resolve)].seconds ==
        doctest::Approx(300));
}

TEST_CASE("every fault of one tenant leaves the others alone") {
  World world(std::string(kAcme) + R"(
[[tenant]]
name = "other"
base_url = "https://other.reinfer.io"
token_env = "SIM_TOKEN"
  [[tenant.probe]]
  use = "projects"
)");
  world.during(0s, 1h, "cloud.uipath.com", replies(502, "error code: 502"));
  world.run_for(1h);
  CHECK(world.results("acme/dataset", model::Outcome::gateway_error) == 120);
  CHECK(world.results("other/projects", model::Outcome::ok) == 120);
}

TEST_CASE("a stalled loop skips what it missed, without a burst, and says so") {
  World world(kAcme);
  world.run_for(1h);
  const std::size_t sent_before = world.starts().size();
  world.stall(5min);
  world.run_for(30s);
  CHECK(world.starts().size() - sent_before <= 3);
  world.run_for(1h);
  for (const char* probe : {"acme/not_found", "acme/dataset", "acme/source"}) {
    CHECK(world.skipped(probe, model::SkipReason::stall) >= 9);
    CHECK(world.skipped(probe, model::SkipReason::stall) <= 10);
  }
}

TEST_CASE("a stall shorter than the tolerance is lag, not a skip") {
  World world(kAcme);
  world.run_for(10min);
  for (int i = 0; i < 100; ++i) {
    world.stall(850ms);
    world.run_for(10s);
  }
  for (const char* probe : {"acme/not_found", "acme/dataset", "acme/source"})
    CHECK(world.skipped(probe, model::SkipReason::stall) == 0);
}

TEST_CASE("a platform that hangs costs each probe its timeout and no slot") {
  World world(kAcme);
  world.during(0s, 1h, "acme", never_answers());
  world.run_for(1h);
  CHECK(world.results("acme/dataset", model::Outcome::response_timeout) >= 119);
  CHECK(world.skipped("acme/dataset", model::SkipReason::overlap) == 0);
}

TEST_CASE("a probe still out when its next slot comes makes that slot an overlap") {
  World world(R"(
[[tenant]]
name = "slow"
base_url = "https://slow.reinfer.io"
token_env = "SIM_TOKEN"
interval = "10s"
timeout = "9800ms"
  [[tenant.probe]]
  use = "projects"
)");
  world.during(0s, 1h, "slow", never_answers());
  world.run_for(10s);
  REQUIRE(world.starts().size() == 1);
  // The loop is 800 ms late for the third slot, so the probe that leaves then, and runs into its
  // timeout, is still out when the fourth comes.
  const base::MonoTime third_slot = world.starts()[0].at.mono + 20s;
  world.run_for(third_slot - 100ms - world.now().mono);
  world.stall(900ms);
  world.run_for(40s);
  CHECK(world.skipped("slow/projects", model::SkipReason::overlap) == 1);
  CHECK(world.skipped("slow/projects", model::SkipReason::stall) == 0);
}

TEST_CASE("probes over the global limit are skipped and counted") {
  World world("[limits]\nprobes_in_flight_max = 2\n[defaults]\ninterval = \"10s\"\n" +
              forty_targets());
  world.during(0s, 10min, "reinfer_", never_answers());
  world.run_for(10min);
  std::uint64_t limited = 0;
  for (const model::Target& target : world.plan().targets())
    limited += world.skipped(target.tenant_name + "/" + target.probe, model::SkipReason::limit);
  CHECK(limited > 2000);
  CHECK(world.total_results() > 100);
}

TEST_CASE("the grid ignores steps of the wall clock") {
  World world(kAcme);
  world.run_for(1h);
  world.step_wall_clock(1h);
  world.run_for(1h);
  world.step_wall_clock(-3h);
  world.run_for(1h);
  CHECK(world.results("acme/dataset", model::Outcome::ok) == 360);
  CHECK(world.skipped("acme/dataset", model::SkipReason::stall) == 0);
}

TEST_CASE("a restart finds the same grid") {
  const auto first_offset = [](base::Nanoseconds after) {
    World world(kAcme);
    world.stall(after);
    return schedule::phase_of(schedule::grid_of(world.plan().targets()[1]));
  };
  CHECK(first_offset(0s) == first_offset(17s));
}

TEST_CASE("starts are spread over the interval") {
  World world(forty_targets());
  world.run_for(30s);
  std::set<std::int64_t> seconds;
  std::map<std::int64_t, int> load;
  for (const StartNote& note : world.starts())
    ++load[note.at.mono.time_since_epoch() / 1s % 30];
  CHECK(world.starts().size() == 40);
  CHECK(load.size() >= 18);
  for (const auto& [second, count] : load)
    CHECK(count <= 6);
}

TEST_CASE("a token that is not there is told apart and nothing is sent") {
  World world(kAcme);
  unsetenv("SIM_TOKEN");
  world.run_for(10min);
  CHECK(world.starts().empty());
  CHECK(world.results("acme/dataset", model::Outcome::token_unavailable) == 20);
  setenv("SIM_TOKEN", "simulated-token", 1);
  world.run_for(10min);
  CHECK(world.results("acme/dataset", model::Outcome::ok) == 20);
}

TEST_CASE("whatever the network does, the invariants hold") {
  const char* given = std::getenv("SIM_SEED");
  const std::uint64_t seed =
      given != nullptr ? std::strtoull(given, nullptr, 10) : base::Random::seed_from_kernel();
  set_sim_seed(seed);
  base::Random dice(seed);
  World world(forty_targets(), seed);
  const model::WireError errors[] = {model::WireError::resolve,
                                     model::WireError::connect,
                                     model::WireError::connect_timeout,
                                     model::WireError::tls,
                                     model::WireError::response_timeout,
                                     model::WireError::connection_lost,
                                     model::WireError::bad_body,
                                     model::WireError::too_large,
                                     model::WireError::proxy,
                                     model::WireError::monitor};
  for (int i = 0; i < 60; ++i) {
    const base::Nanoseconds from = 6min * static_cast<int>(dice.next() % 60);
    const base::Nanoseconds to = from + 1min * static_cast<int>(dice.next() % 30);
    const std::string tenant = fmt::format("/t{}/", dice.next() % 10);
    const int status = static_cast<int>(200 + dice.next() % 400);
    switch (dice.next() % 4) {
      case 0:
        world.during(from, to, tenant, fails(errors[dice.next() % 10], 7s));
        break;
      case 1:
        world.during(from, to, tenant, replies(status, R"({"status":"error"})"));
        break;
      case 2:
        world.during(from, to, tenant, never_answers());
        break;
      default:
        world.during(from, to, tenant, sometimes(0.3, replies(status, "<html>")));
    }
  }
  for (int i = 0; i < 40; ++i) {
    world.run_for(1min * static_cast<int>(1 + dice.next() % 10));
    if (dice.next() % 4 == 0) world.stall(1s * static_cast<int>(dice.next() % 200));
    if (dice.next() % 8 == 0)
      world.step_wall_clock(1min * static_cast<int>(dice.next() % 90) - 45min);
  }
}

}  // namespace
}  // namespace reinfer::tests::stories_test
