// A day in which everything goes wrong at once. chaos.py plays it with a thousand seeds.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <string>

#include "tests/sim/world.h"

namespace reinfer::tests::chaos_test {
namespace {

using namespace std::chrono_literals;

constexpr model::WireError kErrors[] = {model::WireError::resolve,
                                        model::WireError::connect,
                                        model::WireError::connect_timeout,
                                        model::WireError::tls,
                                        model::WireError::response_timeout,
                                        model::WireError::connection_lost,
                                        model::WireError::bad_body,
                                        model::WireError::too_large,
                                        model::WireError::proxy,
                                        model::WireError::monitor};

class Chaos {
 public:
  explicit Chaos(std::uint64_t seed) : dice_(seed), world_(any_plan(), seed) {}

  void play(base::Nanoseconds time) {
    const base::MonoTime end = world_.now().mono + time;
    while (world_.now().mono < end) {
      strike();
      world_.run_for(1s * static_cast<int>(1 + below(600)));
    }
    setenv("SIM_TOKEN", "simulated-token", 1);
  }

 private:
  std::uint64_t below(std::uint64_t limit) { return dice_.next() % limit; }

  std::string any_plan() {
    std::string toml =
        "[[control]]\nname = \"c\"\nurl = \"https://control.example/\"\ninterval = \"10s\"\n";
    for (int tenant = 0; tenant < 4; ++tenant) {
      if (tenant > 0 && below(4) == 0) continue;
      toml += fmt::format(
          "[[tenant]]\nname = \"t{0}\"\nbase_url = "
          "\"https://cloud.uipath.com/org/t{0}/reinfer_\"\ntoken_env = \"SIM_TOKEN\"\n{1}",
          tenant, below(3) == 0 ? "max_requests_per_minute = 7\n" : "");
      for (int probe = 0; probe < 4; ++probe)
        if (probe == 0 || below(3) != 0)
          toml += fmt::format(
              "[[tenant.probe]]\nname = \"p{0}\"\nuse = \"dataset\"\nproject = \"demo\"\n"
              "dataset = \"d{0}\"\ninterval = \"{1}s\"\ntimeout = \"9s\"\n",
              probe, 10 * (1 + below(3)));
    }
    return toml;
  }

  Behaviour any_behaviour() {
    const int status = static_cast<int>(200 + below(400));
    switch (below(6)) {
      case 0:
        return fails(kErrors[below(std::size(kErrors))], 7s);
      case 1:
        return replies(status, R"({"status":"error"})");
      case 2:
        return never_answers();
      case 3:
        return replies(below(2) == 0 ? 401 : 403, R"({"status":"error"})");
      case 4:
        return [](const model::Request&, base::Random& random) {
          Answer answer;
          answer.exchange.http_status = random.next() % 2 == 0 ? 429 : 503;
          answer.exchange.headers.push_back({"Retry-After", std::to_string(random.next() % 2000)});
          answer.after = 50ms;
          return answer;
        };
      default:
        return sometimes(0.3, replies(status, "<html>"));
    }
  }

  // One seam of the world gives way.
  void strike() {
    const base::Nanoseconds now = world_.now().mono - base::MonoTime{7h};
    switch (below(8)) {
      case 0:
      case 1:
      case 2:
        world_.during(now, now + 1min * static_cast<int>(below(30)),
                      below(5) == 0 ? "control" : fmt::format("/t{}/", below(4)), any_behaviour());
        return;
      case 3:
        return world_.stall(1s * static_cast<int>(below(200)));
      case 4:
        // Grids of wall time stay where they are.
        return world_.step_wall_clock(30min * (static_cast<int>(below(97)) - 48));
      case 5:
        return world_.reload(any_plan());
      case 6:
        world_.ask(fmt::format("t{}", below(4)), fmt::format("p{}", below(4)));
        return;
      default:
        if (below(3) == 0)
          unsetenv("SIM_TOKEN");
        else
          setenv("SIM_TOKEN", fmt::format("token-{}", below(3)).c_str(), 1);
    }
  }

  base::Random dice_;
  World world_;
};

// run_for() checks the invariants each time.
TEST_CASE("in a day of chaos on every seam no slot is lost and nothing is sent twice") {
  const char* given = std::getenv("SIM_SEED");
  const std::uint64_t seed =
      given != nullptr ? std::strtoull(given, nullptr, 10) : base::Random::seed_from_kernel();
  set_sim_seed(seed);
  Chaos(seed).play(24h);
}

}  // namespace
}  // namespace reinfer::tests::chaos_test
