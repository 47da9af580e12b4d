#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "config/load_plan.h"
#include "model/partition.h"
#include "tests/sim/world.h"

namespace reinfer::tests::partition_stories_test {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kTenants = 9;

std::shared_ptr<const model::Plan> nine_tenants() {
  std::string text;
  for (std::size_t i = 0; i < kTenants; ++i)
    text += fmt::format(
        "[[tenant]]\nname = \"t{0}\"\nbase_url = \"https://cloud.uipath.com/org/t{0}/reinfer_\"\n"
        "token_env = \"SIM_TOKEN\"\n[[tenant.probe]]\nuse = \"projects\"\n"
        "[[tenant.probe]]\nuse = \"not_found\"\n",
        i);
  auto plan =
      config::parse_plan(text, "nine.toml", [](const model::TokenSource&) { return std::nullopt; });
  REQUIRE(plan);
  return std::make_shared<const model::Plan>(std::move(*plan));
}

// An hour with an outage in it.
void play(World& world) {
  world.during(10min, 20min, "/t3/", fails(model::WireError::connect));
  world.during(15min, 40min, "/t5/", replies(503, "{}"));
  world.run_for(1h);
}

using Requests = std::multiset<std::pair<std::string, base::MonoTime>>;

Requests requests_of(const World& world) {
  Requests requests;
  for (const StartNote& start : world.starts())
    requests.emplace(start.url, start.at.mono);
  return requests;
}

TEST_CASE("several probe threads send the same requests at the same times as one") {
  const auto plan = nine_tenants();
  World alone(plan);
  play(alone);
  Requests requests;
  std::uint64_t results = 0;
  for (const auto& part : model::partition_plan(plan, 3).parts) {
    World thread(part);
    play(thread);
    requests.merge(requests_of(thread));
    results += thread.total_results();
  }
  const auto is_same = [](const auto& a, const auto& b) {
    return a.first == b.first && a.second - b.second < kReadingSlack &&
           b.second - a.second < kReadingSlack;
  };
  const Requests expected = requests_of(alone);
  CHECK(std::equal(requests.begin(), requests.end(), expected.begin(), expected.end(), is_same));
  CHECK(results == alone.total_results());
}

TEST_CASE("several probe threads show the same bytes for the same seed") {
  const auto plan = nine_tenants();
  const auto shown = [&](std::uint64_t seed) {
    std::string text;
    for (const auto& part : model::partition_plan(plan, 3).parts) {
      World thread(part, seed);
      play(thread);
      text += thread.metrics();
    }
    return text;
  };
  CHECK(shown(7) == shown(7));
  CHECK(shown(7) != shown(8));
}

TEST_CASE("shards never probe the same target, and leave none out") {
  const auto plan = nine_tenants();
  std::multiset<std::string> asked;
  for (std::size_t i = 0; i < 4; ++i) {
    World shard(model::shard_of(plan, {i, 4}));
    shard.run_for(30s);
    for (const StartNote& start : shard.starts())
      asked.insert(start.url);
  }
  CHECK(asked.size() == plan->targets().size());
  CHECK(std::set<std::string>(asked.begin(), asked.end()).size() == asked.size());
}

}  // namespace
}  // namespace reinfer::tests::partition_stories_test
