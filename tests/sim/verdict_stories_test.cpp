#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/sim/world.h"

namespace reinfer::tests::verdict_stories_test {
namespace {

using namespace std::chrono_literals;

constexpr const char* kError = R"({"status":"error","message":"no"})";
constexpr std::string_view kControl = R"(
[[control]]
name = "web"
url = "https://www.example.com/"
)";

std::string tenant(std::string_view name, const std::string& settings = "") {
  std::string toml = fmt::format(R"(
[[tenant]]
name = "{0}"
base_url = "https://cloud.uipath.com/{0}/prod/reinfer_"
token_env = "SIM_TOKEN"
{1}
  [[tenant.probe]]
  use = "not_found"
)",
                                 name, settings);
  for (const char* probe : {"one", "two", "three"})
    toml += fmt::format(
        "[[tenant.probe]]\nname = \"{0}\"\nuse = \"dataset\"\nproject = \"p\"\ndataset = \"{0}\"\n",
        probe);
  return toml;
}

// Plays a world and notes what is said of a tenant at each step, so that a story reads like a log.
class Story {
 public:
  explicit Story(std::string toml) : world(toml) {}
  std::string at(base::Nanoseconds moment, std::string_view tenant = "acme") {
    world.run_for(moment - played_);
    played_ = moment;
    return world.said(tenant);
  }
  explain::TenantState state(std::string_view tenant = "acme") {
    return world.verdict(tenant).state;
  }
  World world;

 private:
  base::Nanoseconds played_{};
};

TEST_CASE("a platform outage that begins on one probe, spreads and ends is told at each step") {
  Story story(tenant("acme"));
  World& world = story.world;
  world.during(2h + 14min, 3h + 2min, "/datasets/p/one", replies(503, kError));
  world.during(2h + 20min, 3h + 2min, "/datasets/p/two", replies(503, kError));
  world.during(2h + 21min, 3h, "/datasets/p/three", never_answers());

  CHECK(story.at(0s) == "Not probed yet");
  CHECK(story.at(2h) == "All 4 probes fine");
  CHECK(story.state() == explain::TenantState::fine);
  CHECK(story.at(2h + 16min) == "Platform failing since 02:14 UTC, 1 of 4 probes; network fine");
  CHECK(story.state() == explain::TenantState::degraded);
  CHECK(story.at(2h + 30min) == "Platform failing since 02:14 UTC, 3 of 4 probes; network fine");
  CHECK(story.state() == explain::TenantState::failing);
  CHECK(world.verdict("acme").fault == model::Fault::platform);
  CHECK(world.verdict("acme").proof == "Replies of this tenant still arrive.");
  CHECK(story.at(3h + 70s) ==
        "Platform failing since 02:14 UTC, 2 of 4 probes (1 recovering); network fine");
  CHECK(story.at(3h + 2min + 35s) ==
        "Recovering: 4 of 4 probes answer since 03:02 UTC; platform failing from 02:14 UTC");
  CHECK(story.state() == explain::TenantState::recovering);
  CHECK(story.at(3h + 10min) ==
        "All 4 probes fine since 03:02 UTC; before that platform failing from 02:14 UTC");
  CHECK(story.at(30h) == "All 4 probes fine");
}

TEST_CASE("an outage that flaps keeps its beginning and says that it comes and goes") {
  Story story(tenant("acme"));
  for (base::Nanoseconds t = 1h; t < 2h; t += 90s)
    story.world.during(t, t + 60s, "/datasets/p/one", replies(500, kError));
  CHECK(story.at(1h + 50min + 25s) ==
        "Platform failing on and off since 01:00 UTC, 1 of 4 probes; network fine");
  CHECK(story.state() == explain::TenantState::degraded);
}

TEST_CASE("an outage that wanders from probe to probe is one outage") {
  Story story(tenant("acme"));
  story.world.during(1h, 1h + 10min, "/datasets/p/one", replies(500, kError));
  story.world.during(1h + 9min, 1h + 40min, "/datasets/p/two", replies(500, kError));
  CHECK(story.at(1h + 30min) == "Platform failing since 01:00 UTC, 1 of 4 probes; network fine");
}

TEST_CASE("without a network at all the control says whose it is") {
  Story story(tenant("acme") + std::string(kControl));
  story.world.during(1h, 2h, "https://", fails(model::WireError::resolve));
  CHECK(story.at(1h + 5min) ==
        "Network failing since 01:00 UTC, 4 of 4 probes; control web unreachable too, so it is "
        "this machine's network");
  CHECK(story.state() == explain::TenantState::failing);
}

TEST_CASE("a network that fails towards one tenant alone is not blamed on this machine's") {
  Story with_control(tenant("acme") + std::string(kControl));
  with_control.world.during(1h, 2h, "uipath", fails(model::WireError::connect));
  CHECK(with_control.at(1h + 5min) ==
        "Network failing since 01:00 UTC, 4 of 4 probes; this machine's network works");
  CHECK(with_control.world.verdict("acme").proof == "Control target web answered.");

  Story with_other(tenant("acme") + tenant("other"));
  with_other.world.during(1h, 2h, "/acme/", fails(model::WireError::connect));
  CHECK(with_other.at(1h + 5min) ==
        "Network failing since 01:00 UTC, 4 of 4 probes; this machine's network works");
  CHECK(with_other.world.said("other") == "All 4 probes fine");
}

TEST_CASE("nothing is claimed of the network that nobody has seen") {
  Story alone(tenant("acme"));
  alone.world.during(1h, 2h, "https://", fails(model::WireError::connect));
  CHECK(alone.at(1h + 5min) == "Network failing since 01:00 UTC, 4 of 4 probes");

  Story two(tenant("acme") + tenant("other"));
  two.world.during(1h, 2h, "https://", fails(model::WireError::connect));
  CHECK(two.at(1h + 5min) == "Network failing since 01:00 UTC, 4 of 4 probes; all tenants alike");

  Story silent(tenant("acme"));
  silent.world.during(1h, 2h, "https://", never_answers());
  CHECK(silent.at(1h + 5min) == "Platform failing since 01:00 UTC, 4 of 4 probes");

  Story control(tenant("acme") + std::string(kControl));
  control.world.during(1h, 2h, "uipath", never_answers());
  CHECK(control.at(1h + 5min) == "Platform failing since 01:00 UTC, 4 of 4 probes; network fine");
}

TEST_CASE("an edge that answers in the platform's place is called so") {
  Story story(tenant("acme"));
  story.world.during(1h, 2h, "acme", replies(502, "error code: 502"));
  CHECK(story.at(1h + 5min) == "Edge failing since 01:00 UTC, 4 of 4 probes; network fine");
}

TEST_CASE("somebody else who answers in the API's place proves nothing of the network") {
  const auto portal = replies(200, R"({"login":"https://portal.example/"})");
  for (const auto& stranger : {portal, replies(302, ""), replies(403, "<h1>Blocked</h1>")}) {
    Story alone(tenant("acme"));
    alone.world.during(1h, 2h, "acme", stranger);
    CHECK(alone.at(1h + 5min) == "Edge failing since 01:00 UTC, 4 of 4 probes");
    CHECK(alone.world.verdict("acme").proof.empty());

    Story cut_off(tenant("acme") + std::string(kControl));
    cut_off.world.during(1h, 2h, "acme", stranger);
    cut_off.world.during(1h, 2h, "www.example.com", fails(model::WireError::connect));
    CHECK(cut_off.at(1h + 5min) ==
          "Edge failing since 01:00 UTC, 4 of 4 probes; control web unreachable");

    Story two(tenant("acme") + tenant("other"));
    two.world.during(1h, 2h, "/acme/", stranger);
    two.world.during(1h, 2h, "/other/", fails(model::WireError::connect));
    CHECK(two.at(1h + 5min, "other") == "Network failing since 01:00 UTC, 4 of 4 probes");
    CHECK(two.world.said("acme") == "Edge failing since 01:00 UTC, 4 of 4 probes");

    Story partly(tenant("acme"));
    partly.world.during(1h, 2h, "/datasets/p/one", stranger);
    CHECK(partly.at(1h + 5min) == "Edge failing since 01:00 UTC, 1 of 4 probes; network fine");
    CHECK(partly.world.verdict("acme").proof == "Replies of this tenant still arrive.");
  }
}

TEST_CASE("two faults at once are both named, the one of more probes first") {
  Story story(tenant("acme"));
  story.world.during(1h, 2h, "/datasets/p/one", replies(502, "error code: 502"));
  story.world.during(1h + 10min, 2h, "/datasets/p/two", replies(500, kError));
  story.world.during(1h + 10min, 2h, "/datasets/p/three", replies(500, kError));
  CHECK(story.at(1h + 30min) ==
        "Platform failing since 01:10 UTC, 2 of 4 probes; edge failing since 01:00 UTC, 1 of 4 "
        "probes; network fine");
  story.world.during(1h + 31min, 2h, "/datasets/p/one", fails(model::WireError::connect));
  CHECK(story.at(1h + 40min) ==
        "Platform failing since 01:10 UTC, 2 of 4 probes; network failing since 01:31 UTC, 1 of 4 "
        "probes");
}

TEST_CASE("a rejected token is the credentials' fault, and the other probes are paused") {
  Story story(tenant("acme"));
  story.world.during(1h, 2h, "acme", replies(401, kError));
  CHECK(story.at(1h + 30min) == "Token rejected since 01:00 UTC, 3 of 4 probes; 1 probe paused");
  CHECK(story.state() == explain::TenantState::credentials);
  CHECK(story.at(2h + 10min) ==
        "All 4 probes fine since 02:00 UTC; before that credentials failing from 01:00 UTC");
}

TEST_CASE("a rejected token is the trouble of the tenant that met it, not of its siblings") {
  Story story(tenant("acme") + tenant("other"));
  story.world.during(1h, 2h, "/acme/", replies(401, kError));
  CHECK(story.at(1h + 40s, "other") == "All 4 probes fine");
  CHECK(story.state("other") == explain::TenantState::fine);
  CHECK(story.at(1h + 5min) ==
        "Token rejected since 01:00 UTC, 3 of 4 probes; accepted by other, refused by acme: a "
        "permission or a tenant, not the token; 1 probe paused");
}

TEST_CASE("a permission that is missing is told apart from a token that is rejected") {
  Story story(tenant("acme"));
  story.world.during(1h, 2h, "/datasets/p/one", replies(403, kError));
  CHECK(story.at(1h + 5min) == "Permission missing since 01:00 UTC, 1 of 4 probes");
  CHECK(story.state() == explain::TenantState::credentials);
}

TEST_CASE("a platform that asks for a pause is throttling, not down") {
  Story story(tenant("acme"));
  story.world.during(1h, 2h, "acme",
                     [reply = replies(429, kError)](const model::Request& r, base::Random& x) {
                       Answer answer = reply(r, x);
                       answer.exchange.headers.push_back({"Retry-After", "120"});
                       return answer;
                     });
  CHECK(story.at(1h + 30min) == "Throttled since 01:00 UTC, 4 of 4 probes");
  CHECK(story.state() == explain::TenantState::throttled);
}

TEST_CASE("a tenant of which nothing is probed on purpose is paused, and not fine") {
  Story story(R"(
[[tenant]]
name = "acme"
base_url = "https://cloud.uipath.com/acme/prod/reinfer_"
token_env = "SIM_TOKEN"
paid_probes_per_day_max = 10
  [[tenant.probe]]
  use = "predict"
  project = "p"
  dataset = "one"
  model_version = 7
  interval = "5m"
  accept_cost = true
)");
  story.world.during(0h, 48h, "predict", replies(200, R"({"status":"ok","predictions":[[]]})"));
  CHECK(story.at(30min) == "The probe is fine");
  CHECK(story.at(2h) == "Not probed at present; 1 probe paused by the budget");
  CHECK(story.state() == explain::TenantState::paused);
  CHECK(story.at(24h + 30min) == "The probe is fine");
}

TEST_CASE("in maintenance the failure is told but the state is maintenance") {
  Story story(tenant("acme", R"(
maintenance = [{ start = 2026-11-23T01:00:00Z, end = 2026-11-23T03:00:00Z }]
)"));
  story.world.during(1h + 10min, 2h, "acme", replies(503, kError));
  CHECK(story.at(1h + 5min) == "In maintenance until 03:00 UTC; all 4 probes fine");
  CHECK(story.at(1h + 30min) ==
        "In maintenance until 03:00 UTC; platform failing since 01:10 UTC, 4 of 4 probes; network "
        "fine");
  CHECK(story.state() == explain::TenantState::maintenance);
}

TEST_CASE("a monitor that stalls says so and claims nothing about the tenant") {
  Story story(tenant("acme"));
  story.at(1h);
  story.world.stall(10min);
  CHECK(story.world.said("acme") ==
        "No result since 00:59 UTC: this monitor is stuck, nothing is known of the tenant");
  CHECK(story.state() == explain::TenantState::stale);
  story.world.run_for(1min);
  CHECK(story.world.said("acme") ==
        "This monitor stalled and missed slots until 01:10 UTC; all 4 probes fine");
  CHECK(story.state() == explain::TenantState::monitor);
  story.world.run_for(10min);
  CHECK(story.world.said("acme") == "All 4 probes fine");
}

TEST_CASE("a step of the wall clock moves the beginning along with everything else") {
  Story story(tenant("acme"));
  story.world.during(1h, 3h, "acme", replies(500, kError));
  story.at(1h + 30min);
  story.world.step_wall_clock(2h);
  CHECK(story.world.said("acme") ==
        "Platform failing since 03:00 UTC, 4 of 4 probes; network fine");
}

TEST_CASE("what began on another day is told with the day") {
  Story story(tenant("acme"));
  story.world.during(20h, 30h, "acme", replies(500, kError));
  CHECK(story.at(26h) == "Platform failing since 23 Nov 20:00 UTC, 4 of 4 probes; network fine");
}

}  // namespace
}  // namespace reinfer::tests::verdict_stories_test
