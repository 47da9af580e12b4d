#include <doctest/doctest.h>
#include <fmt/format.h>

#include <utility>

#include "schedule/schedule.h"
#include "tests/sim/world.h"

namespace reinfer::tests::courtesy_stories_test {
namespace {

using namespace std::chrono_literals;

constexpr const char* kError = R"({"status":"error","message":"no"})";

std::string acme(const std::string& settings = "", const std::string& more = "") {
  return R"(
[[tenant]]
name = "acme"
base_url = "https://cloud.uipath.com/acme/prod/reinfer_"
token_env = "SIM_TOKEN"
)" + settings +
         R"(
  [[tenant.probe]]
  use = "projects"
  [[tenant.probe]]
  use = "dataset"
  project = "demo"
  dataset = "support"
)" + more;
}

Behaviour throttles(int status, std::string retry_after) {
  return [=, reply = replies(status, kError)](const model::Request& request, base::Random& random) {
    Answer answer = reply(request, random);
    answer.exchange.headers.push_back({"Retry-After", retry_after});
    return answer;
  };
}

TEST_CASE("the storm of March 2024 is told in its three acts and answered with patience") {
  World world(acme());
  world.during(1h, 1h + 63min, "acme", replies(500, kError));
  world.during(1h + 63min, 1h + 106min, "acme", throttles(429, "120"));
  world.during(1h + 106min, 1h + 116min, "acme", sometimes(0.3, replies(400, kError)));
  world.run_for(4h);
  CHECK(world.results("acme/dataset", model::Outcome::server_error) == 126);
  // 86 slots of 30 s in the 43 minutes; both probes of the tenant keep still after each 429.
  const auto throttled = world.results("acme/dataset", model::Outcome::throttled) +
                         world.results("acme/projects", model::Outcome::throttled);
  const auto skipped = world.skipped("acme/dataset", model::SkipReason::throttled) +
                       world.skipped("acme/projects", model::SkipReason::throttled);
  CHECK(throttled <= 24);
  CHECK(skipped >= 140);
  CHECK(world.results("acme/dataset", model::Outcome::bad_request) > 0);
  CHECK(world.record("acme/dataset").last->outcome == model::Outcome::ok);
}

TEST_CASE("a Retry-After of days is cut, and one of the past does nothing") {
  World world(acme());
  world.during(0s, 1min, "acme", throttles(503, "864000"));
  world.run_for(30min);
  CHECK(world.skipped("acme/dataset", model::SkipReason::throttled) >= 28);
  CHECK(world.skipped("acme/dataset", model::SkipReason::throttled) <= 31);
  CHECK(world.record("acme/dataset").last->outcome == model::Outcome::ok);

  World past(acme());
  past.during(0s, 1h, "acme", throttles(429, "Mon, 01 Jan 2024 00:00:00 GMT"));
  past.run_for(1h);
  CHECK(past.skipped("acme/dataset", model::SkipReason::throttled) == 0);
}

TEST_CASE("a tenant that throttles leaves the others alone") {
  World world(acme() + R"(
[[tenant]]
name = "other"
base_url = "https://other.reinfer.io"
token_env = "SIM_TOKEN"
  [[tenant.probe]]
  use = "projects"
)");
  world.during(0s, 1h, "acme", throttles(429, "600"));
  world.run_for(1h);
  CHECK(world.results("other/projects", model::Outcome::ok) == 120);
  CHECK(world.requests_to("acme") <= 14);
}

TEST_CASE("a budget of requests holds over all probes of the tenant, in any minute") {
  World world(acme("max_requests_per_minute = 3"));
  world.run_for(1h);
  const auto skipped = world.skipped("acme/dataset", model::SkipReason::budget) +
                       world.skipped("acme/projects", model::SkipReason::budget);
  CHECK(world.starts().size() + skipped == 240);
  CHECK(skipped >= 55);
  const auto& starts = world.starts();
  for (std::size_t i = 3; i < starts.size(); ++i)
    CHECK(starts[i].at.mono - starts[i - 3].at.mono > 60s - kReadingSlack);
}

TEST_CASE("paid probes stop at the day's cap and go on the next day") {
  World world(acme("paid_probes_per_day_max = 10", R"(
  [[tenant.probe]]
  use = "predict"
  project = "demo"
  dataset = "support"
  model_version = 7
  interval = "5m"
  accept_cost = true
)"));
  world.run_for(48h);
  CHECK(world.requests_to("/predict") == 20);
  CHECK(world.skipped("acme/predict", model::SkipReason::budget) == 556);
}

TEST_CASE("setting the clock back does not open the purse again") {
  World world(acme("paid_probes_per_day_max = 10", R"(
  [[tenant.probe]]
  use = "predict"
  project = "demo"
  dataset = "support"
  model_version = 7
  interval = "5m"
  accept_cost = true
)"));
  world.run_for(2h);
  world.step_wall_clock(-24h);
  world.run_for(2h);
  CHECK(world.requests_to("/predict") == 10);
}

TEST_CASE("maintenance across midnight shows while probing goes on") {
  // The world begins on Monday, 23 November 2026, at midnight UTC, which is 01:00 in Berlin.
  World world(acme(R"(
[[tenant.maintenance]]
weekly = "mon 23:00"
duration = "2h"
zone = "Europe/Berlin"
)"));
  const auto shown = [&] { return world.tenant("acme").in_maintenance; };
  world.run_for(21h + 59min);
  CHECK_FALSE(shown());
  world.run_for(2min);
  CHECK(shown());
  world.run_for(1h + 57min);
  CHECK(shown());
  world.run_for(3min);
  CHECK_FALSE(shown());
  CHECK(world.results("acme/dataset", model::Outcome::ok) >= 2880);
}

TEST_CASE("an outage costs the budget, unless it was announced or is our own doing") {
  constexpr std::string_view kSlo =
      "slo = {availability = 99.9, latency = \"800ms\", latency_ratio = 95}\n";
  const auto slots = [](base::Nanoseconds d) { return static_cast<std::uint64_t>(d / 30s); };
  World world(acme(std::string(kSlo) + R"(
[[tenant.maintenance]]
weekly = "mon 02:00"
duration = "1h"
)"));
  const auto judged = [&](model::Objective objective) {
    return record::of(world.record("acme/dataset").objectives, objective);
  };
  const Behaviour broken = replies(500, R"({"status":"error","message":"down"})");
  world.during(2h + 10min, 2h + 50min, "acme", broken);  // in the window
  world.during(4h, 4h + 10min, "acme", broken);
  world.during(5h, 5h + 10min, "acme", replies(404, R"({"status":"error","message":"gone"})"));
  world.during(6h, 7h, "acme", answers(1500ms));
  world.run_for(8h);
  // A slot at the edge of a window may touch it.
  const record::EventCount availability = judged(model::Objective::availability);
  CHECK(availability.events - availability.good == slots(10min));
  CHECK(availability.events >= slots(8h - 1h - 10min) - 2);
  CHECK(availability.events <= slots(8h - 1h - 10min) + 2);
  const record::EventCount latency = judged(model::Objective::latency);
  CHECK(latency.events == availability.good);
  CHECK(latency.events - latency.good > slots(50min));
  CHECK(latency.events - latency.good <= slots(1h));
}

TEST_CASE("maintenance over the change to summer time lasts as long as it says") {
  // Sunday, 28 March 2027: in Berlin 01:59:59 is followed by 03:00:00, at 01:00 UTC.
  World world(acme(R"(
[[tenant.maintenance]]
weekly = "sun 01:30"
duration = "2h"
zone = "Europe/Berlin"
)"));
  constexpr auto to_saturday_evening = 24h * 124 + 23h;  // 27 March 2027, 23:00 UTC
  world.step_wall_clock(to_saturday_evening);
  const auto shown = [&] { return world.tenant("acme").in_maintenance; };
  world.run_for(1h + 29min);
  CHECK_FALSE(shown());
  world.run_for(2min);  // 00:31 UTC, 01:31 in Berlin
  CHECK(shown());
  world.run_for(1h + 58min);  // 02:29 UTC, 04:29 in Berlin
  CHECK(shown());
  world.run_for(2min);
  CHECK_FALSE(shown());
}

TEST_CASE("a name lookup that is refused counts, whether a probe or a control asked for it") {
  World world(acme() + R"(
[[control]]
name = "elsewhere"
url = "https://www.example.com/"
interval = "30s"
)");
  const auto refused = [&] {
    return world.snapshot()
        .exporter.dropped[static_cast<std::size_t>(record::Dropped::name_lookups)];
  };
  world.run_for(10min);
  CHECK(refused() == 0);
  const std::size_t asked = world.starts().size();
  world.during(0s, 20min, "https://", [](const model::Request& request, base::Random& random) {
    Answer answer = fails(model::WireError::monitor, 0s)(request, random);
    answer.exchange.lookup_refused = true;
    return answer;
  });
  world.run_for(10min);
  CHECK(world.requests_to("example.com") > 20);
  CHECK(refused() == world.starts().size() - asked);
}

TEST_CASE("a control tells this machine's network from the vendor's edge") {
  World world(acme() + R"(
[[control]]
name = "elsewhere"
url = "https://www.example.com/"
interval = "30s"
)");
  world.during(0s, 10min, "cloud.uipath.com", fails(model::WireError::connect));
  world.during(10min, 20min, "https://", fails(model::WireError::connect));
  world.during(20min, 30min, "example.com", replies(503, "whatever"));
  world.run_for(10min);
  CHECK(world.metrics().find("reinfer_control_reachable{control=\"elsewhere\"} 1") !=
        std::string::npos);
  world.run_for(10min);
  CHECK(world.metrics().find("reinfer_control_reachable{control=\"elsewhere\"} 0") !=
        std::string::npos);
  world.run_for(10min);
  CHECK(world.metrics().find("reinfer_control_reachable{control=\"elsewhere\"} 1") !=
        std::string::npos);
}

TEST_CASE("a control that is under way during a reload is judged under the new plan") {
  const std::string control = R"(
[[control]]
name = "elsewhere"
url = "https://www.example.com/"
interval = "20s"
timeout = "20s"
)";
  World world(acme() + control);
  world.during(0s, 2min, "example.com", fails(model::WireError::connect, 15s));
  while (world.requests_to("example.com") == 0)
    world.run_for(1s);
  const std::string other = "[[control]]\nname = \"first\"\nurl = \"https://first.example/\"\n";
  world.reload(acme() + other + control);
  const auto reachable = [&](std::string_view value) {
    return world.metrics().find(fmt::format("reinfer_control_reachable{{control=\"elsewhere\"}} {}",
                                            value)) != std::string::npos;
  };
  world.run_for(10s);
  CHECK_FALSE(reachable("0"));
  world.run_for(8s);
  CHECK(world.requests_to("example.com") == 1);
  CHECK(reachable("0"));
  world.run_for(5min);
  CHECK(reachable("1"));
}

TEST_CASE(
    "a control is asked on a grid of its own, one request at a time, and nothing is made up for") {
  World world(acme() + R"(
[[control]]
name = "elsewhere"
url = "https://www.example.com/"
interval = "20s"
timeout = "20s"
)");
  const schedule::Grid grid{"control elsewhere", 20s};
  world.during(10min, 20min, "example.com", never_answers());
  auto asked = [&, before = std::size_t{0}]() mutable {
    const std::size_t sum = world.requests_to("example.com");
    return sum - std::exchange(before, sum);
  };
  world.run_for(10min);
  CHECK(asked() == 30);
  world.run_for(10min);
  // The next slot finds the last request still out, a moment before it is given up.
  const std::size_t in_silence = asked();
  CHECK(in_silence >= 15);
  CHECK(in_silence < 30);
  world.stall(5min);
  world.run_for(5min);
  const std::size_t after_stall = asked();
  CHECK(after_stall >= 15);
  CHECK(after_stall <= 17);
  base::MonoTime free{};
  for (const StartNote& note : world.starts()) {
    if (note.url.find("example.com") == std::string::npos) continue;
    const base::Nanoseconds since = note.at.wall.time_since_epoch() - schedule::phase_of(grid);
    CHECK(since % grid.interval <= schedule::lateness_max(grid.interval) + kReadingSlack);
    CHECK(note.at.mono >= free);
    free = note.ends;
  }
}

TEST_CASE("an exporter that is cut off burns no budget from when its control fails") {
  World world("[defaults]\nslo = { availability = 99.9 }\n" + acme() + R"(
[[control]]
name = "elsewhere"
url = "https://www.example.com/"
interval = "30s"
)");
  const auto judged = [&] {
    return record::of(world.record("acme/dataset").objectives, model::Objective::availability);
  };
  const auto egress = [&] {
    return judged().excluded.at(static_cast<std::size_t>(model::Exclusion::egress));
  };
  world.during(1h, 2h, "https://", fails(model::WireError::connect));
  world.during(3h, 4h, "cloud.uipath.com", fails(model::WireError::connect));
  world.run_for(1h);
  CHECK(judged() == record::EventCount{120, 120});
  // What fails before the control has noticed counts: at most one slot of the same interval.
  world.run_for(1h);
  CHECK(judged().events - judged().good <= 1);
  CHECK(judged().events + egress() == 240);
  const std::uint64_t lost = judged().events - judged().good;
  // What succeeds before it has noticed the end is good.
  world.run_for(1h);
  CHECK(judged().events - judged().good == lost);
  CHECK(judged().events + egress() == 360);
  CHECK(egress() <= 121);
  // The platform out of reach while the control answers is not our egress.
  const std::uint64_t before = egress();
  world.run_for(1h);
  CHECK(egress() == before);
  CHECK(judged().events - judged().good == lost + 120);
}

TEST_CASE("failures are remembered however many good probes follow") {
  World world(acme());
  world.during(1h, 1h + 5min, "acme", replies(502, "error code: 502"));
  world.run_for(24h);
  const record::Evidence evidence = world.evidence("acme/dataset");
  REQUIRE(evidence.failures().size() == 10);
  CHECK(evidence.failures().front().outcome == model::Outcome::gateway_error);
  REQUIRE(evidence.slowest().size() == record::kSlowestKept);
  CHECK(*evidence.slowest().front().phases.total >= *evidence.slowest().back().phases.total);
}

}  // namespace
}  // namespace reinfer::tests::courtesy_stories_test
