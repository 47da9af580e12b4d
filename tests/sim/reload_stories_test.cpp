#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <set>

#include "tests/sim/world.h"

namespace reinfer::tests::reload_stories_test {
namespace {

using namespace std::chrono_literals;

std::string tenant(const std::string& name, const std::string& settings = "") {
  return fmt::format(
      "[[tenant]]\nname = \"{0}\"\nbase_url = \"https://cloud.uipath.com/org/{0}/reinfer_\"\n"
      "token_env = \"SIM_TOKEN\"\n{1}\n",
      name, settings);
}

std::string dataset(const std::string& name, const std::string& settings = "") {
  return fmt::format(
      "[[tenant.probe]]\nname = \"{0}\"\nuse = \"dataset\"\nproject = \"demo\"\ndataset = "
      "\"{0}\"\n{1}\n",
      name, settings);
}

TEST_CASE("what a reload leaves alone keeps its figures and its grid") {
  const std::string kept = tenant("kept") + dataset("a") + dataset("b");
  World world(kept);
  world.during(0s, 10min, "datasets/demo/a", replies(502, "Bad gateway"));
  world.run_for(1h);
  const record::TargetRecord before = world.record("kept/a");
  world.reload(tenant("new") + dataset("a") + kept);
  world.run_for(1ns);
  record::TargetRecord after = world.record("kept/a");
  CHECK(after.outcomes == before.outcomes);
  CHECK(after.duration == before.duration);
  CHECK(world.evidence("kept/a").failures().size() == 20);
  // The evidence points at the target where it stands now.
  const std::size_t place = model::to_size(world.evidence("kept/a").failures().front().target);
  CHECK(world.plan().targets()[place].probe == "a");
  CHECK(world.plan().targets()[place].tenant_name == "kept");
  world.run_for(1h);
  CHECK(world.record("kept/a").results() == 240);
  CHECK(world.results("new/a", model::Outcome::ok) == 120);
}

TEST_CASE("a target that a reload takes away vanishes at once, its reply is nobody's") {
  World world(tenant("t") + dataset("stays") + dataset("goes"));
  world.during(0s, 1h, "goes", answers(9s));
  while (!world.record("t/goes").in_flight)
    world.run_for(1s);
  world.reload(tenant("t") + dataset("stays"));
  world.run_for(1ns);
  CHECK(world.metrics().find("goes") == std::string::npos);
  CHECK(world.metrics().find("reinfer_exporter_probes_in_flight 0") != std::string::npos);
  world.run_for(1h);
  CHECK(world.record("t/stays").results() >= 119);
  // It comes back as a new one.
  world.reload(tenant("t") + dataset("stays") + dataset("goes"));
  world.run_for(1min);
  CHECK(world.record("t/goes").results() == 2);
}

TEST_CASE("a target that is changed is probed as it is now, from its next slot on") {
  World world(tenant("t") + dataset("a"));
  world.run_for(1h);
  world.reload(tenant("t") + dataset("a", "interval = \"1m\"\nbuckets = [\"1s\"]"));
  world.run_for(1h);
  const record::TargetRecord record = world.record("t/a");
  CHECK(record.results() == 180);
  CHECK(record.duration.edges() == std::vector<double>{1});
  CHECK(record.duration.count() == 60);
}

TEST_CASE("a probe that is out when its target changes is judged by what it was sent for") {
  const std::string as_array = "[tenant.probe.expect]\nkey = \"dataset\"\ntype = \"array\"\n";
  const std::string as_object = "[tenant.probe.expect]\nkey = \"dataset\"\ntype = \"object\"\n";
  const std::string probe = "[[tenant.probe]]\nname = \"a\"\npath = \"/api/v1/datasets/demo/a\"\n";
  World world(tenant("t") + probe + as_object);
  world.during(0s, 1min, "datasets", answers(5s));
  while (!world.record("t/a").in_flight)
    world.run_for(1s);
  world.reload(tenant("t") + probe + as_array);
  world.run_for(15s);
  CHECK(world.results("t/a", model::Outcome::ok) == 1);
  world.run_for(1h);
  CHECK(world.results("t/a", model::Outcome::protocol_error) >= 119);
}

TEST_CASE("another token source counts at once, and the old token's fate is not the new one's") {
  setenv("NEXT_TOKEN", "next-token", 1);
  World world(tenant("t") + dataset("a"));
  world.during(0s, 2h, "datasets", [](const model::Request& request, base::Random& random) {
    if (request.bearer.reveal() == "next-token") return answers()(request, random);
    return replies(401, R"({"status":"error","message":"no"})")(request, random);
  });
  world.run_for(1h);
  CHECK(world.tenant("t").token.accepted == false);
  std::string changed = tenant("t") + dataset("a");
  changed.replace(changed.find("SIM_TOKEN"), 9, "NEXT_TOKEN");
  world.reload(changed);
  world.run_for(10min);
  CHECK(world.results("t/a", model::Outcome::ok) == 20);
  CHECK(world.tenant("t").token.accepted == true);
}

TEST_CASE("Retry-After outlives a reload, but not a move to another place") {
  World world(tenant("t") + dataset("a"));
  world.during(0s, 1min, "datasets", [](const model::Request& request, base::Random& random) {
    Answer answer = replies(429, R"({"status":"error"})")(request, random);
    answer.exchange.headers.push_back({"Retry-After", "3600"});
    return answer;
  });
  world.run_for(1min);
  world.reload(tenant("t", "labels = { team = \"x\" }") + dataset("a"));
  world.run_for(10min);
  CHECK(world.record("t/a").results() == 1);
  std::string moved = tenant("t") + dataset("a");
  moved.replace(moved.find("org/t/"), 6, "org/u/");
  world.reload(moved);
  world.run_for(10min);
  CHECK(world.record("t/a").results() == 21);
}

TEST_CASE("a thousand reloads lose no slot and double none") {
  constexpr std::uint64_t kSeed = 20261124;
  MESSAGE("seed " << kSeed);
  base::Random random(kSeed);
  const auto below = [&random](std::uint64_t n) { return random.next() % n; };
  const auto any_plan = [&] {
    std::string toml = tenant("kept") + dataset("a", "interval = \"5s\"\ntimeout = \"4s\"");
    // Others come, go and change around it.
    for (const char* name : {"t0", "t1", "t2"}) {
      if (below(3) == 0) continue;
      std::string text =
          tenant(name, below(2) == 0 ? "labels = { team = \"x\" }" : "") + dataset("always");
      for (int probe = 0; probe < 3; ++probe)
        if (below(2) == 0)
          text += dataset(fmt::format("p{}", probe),
                          fmt::format("interval = \"{}s\"\ntimeout = \"9s\"", 10 + below(3) * 10));
      toml = below(2) == 0 ? toml + text : text + toml;
    }
    return toml;
  };
  World world(any_plan());
  world.during(0s, 24h, "t1", sometimes(0.3, never_answers()));
  const base::Instant start = world.now();
  for (int i = 0; i < 1000; ++i) {
    world.run_for(base::from_seconds(random.next_unit() * 7));
    world.reload(any_plan());
  }
  world.run_for(10s);
  const auto slots = static_cast<std::uint64_t>((world.now().mono - start.mono) / 5s);
  const record::TargetRecord record = world.record("kept/a");
  CHECK(record.skips() == 0);
  const std::uint64_t seen = record.results() + (record.in_flight ? 1 : 0);
  CHECK(seen >= slots);
  CHECK(seen <= slots + 1);
}

TEST_CASE("a probe on demand leaves at once and takes no slot") {
  World world(tenant("t") + dataset("a"));
  world.run_for(1h + 7s);
  const record::TargetRecord before = world.record("t/a");
  auto asked = world.ask("t", "a");
  auto joined = world.ask("t", "a");
  const std::size_t sent = world.starts().size();
  world.run_for(2s);
  CHECK(world.starts().size() == sent + 1);
  const model::OnDemandAnswer answer = asked.get();
  REQUIRE(answer);
  CHECK(answer->result.outcome == model::Outcome::ok);
  CHECK(joined.get()->result.request_id == answer->result.request_id);
  CHECK(world.record("t/a") == before);
  world.run_for(1h);
}

TEST_CASE("a probe on demand is refused where a slot would be skipped") {
  World world(tenant("t", "max_requests_per_minute = 2") + dataset("a"));
  world.run_for(5s);
  auto unknown = world.ask("t", "nobody");
  auto allowed = world.ask("t", "a");
  world.run_for(1s);
  CHECK(unknown.get().error() == model::Refusal::unknown_target);
  CHECK(allowed.get().has_value());
  world.run_for(20s);
  auto over = world.ask("t", "a");
  auto over_too = world.ask("t", "a");
  world.run_for(1s);
  CHECK((over.get().has_value() || over_too.get().error() == model::Refusal::budget));
  world.run_for(1min);
}

TEST_CASE("a probe on demand ends within the time that its client allows") {
  World world(tenant("t") + dataset("a"));
  world.during(0s, 1h, "datasets", never_answers());
  auto waiting = world.ask("t", "a", 1500ms);
  const base::Instant asked = world.now();
  world.run_for(3s);
  const model::OnDemandAnswer answer = waiting.get();
  REQUIRE(answer);
  CHECK(answer->result.outcome == model::Outcome::response_timeout);
  CHECK(answer->result.phases.total == 1500ms);
  CHECK(answer->result.finished.mono - asked.mono < 1500ms + kReadingSlack);
}

TEST_CASE("a request for a target that a reload removes is answered so") {
  World world(tenant("t") + dataset("a") + dataset("b"));
  world.during(0s, 1h, "datasets/demo/b", answers(5s));
  auto asked = world.ask("t", "b");
  world.run_for(1s);
  world.reload(tenant("t") + dataset("a"));
  world.run_for(1s);
  CHECK(asked.get().error() == model::Refusal::unknown_target);
}

}  // namespace
}  // namespace reinfer::tests::reload_stories_test
