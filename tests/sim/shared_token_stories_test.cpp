#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <string>

#include "tests/sim/world.h"

namespace reinfer::tests::shared_token_stories_test {
namespace {

using namespace std::chrono_literals;

constexpr const char* kUnauthorized = R"({"status":"error","message":"401 Unauthorized"})";
constexpr const char* kStored = "token_env = \"SIM_TOKEN\"\n";
constexpr const char* kOAuth = R"(oauth = {
  token_url = "https://cloud.uipath.com/acme/identity_/connect/token",
  client_id = "me", client_secret_env = "SIM_CLIENT_SECRET" }
)";

std::string one_line(std::string text) {
  for (char& c : text)
    if (c == '\n') c = ' ';
  return text + '\n';
}

std::string tenant(std::string_view name, const std::string& token) {
  return fmt::format(R"(
[[tenant]]
name = "{0}"
base_url = "https://cloud.uipath.com/acme/{0}/reinfer_"
{1}
  [[tenant.probe]]
  use = "projects"
  [[tenant.probe]]
  use = "dataset"
  project = "demo"
  dataset = "support"
)",
                     name, token);
}

// A gauge's values, one for each step: "1 1 0".
std::string accepted_over(World& world, std::string_view tenant, int steps,
                          base::Nanoseconds step) {
  std::string values;
  for (int i = 0; i < steps; ++i) {
    world.run_for(step);
    const auto accepted = world.tenant(tenant).token.accepted;
    values += accepted ? (*accepted ? "1" : "0") : "-";
  }
  return values;
}

bool is_all(const std::string& values, char value) {
  return values == std::string(values.size(), value);
}

std::uint64_t paused(const World& world, const std::string& tenant) {
  return world.skipped(tenant + "/projects", model::SkipReason::credentials) +
         world.skipped(tenant + "/dataset", model::SkipReason::credentials);
}

// An OAuth server on the script; a new token ends the old one at once.
class SharedClient {
 public:
  SharedClient() { setenv("SIM_CLIENT_SECRET", "client-secret-text", 1); }

  void play(World& world) {
    world.during(0s, 240h, "reinfer_/api",
                 [this, good = answers(), bad = replies(401, kUnauthorized)](
                     const model::Request& request, base::Random& random) {
                   return (request.bearer.reveal() == valid ? good : bad)(request, random);
                 });
    world.during(0s, 240h, "/connect/token", [this](const model::Request&, base::Random&) {
      valid = fmt::format("issued-{}", ++issued);
      Answer answer;
      answer.after = 50ms;
      answer.exchange.http_status = 200;
      answer.exchange.body =
          fmt::format(R"({{"access_token":"{}","expires_in":3600,"token_type":"Bearer"}})", valid);
      return answer;
    });
  }

  const std::string token = one_line(kOAuth);
  std::string valid;
  int issued = 0;
};

TEST_CASE("a tenant whose sibling is refused with their one token goes on") {
  World world("[defaults]\ninterval = \"1s\"\ntimeout = \"900ms\"\n" +
              tenant("production", kStored) + tenant("sandbox", kStored));
  world.during(0s, 24h, "/sandbox/", replies(401, kUnauthorized));
  world.run_for(5s);
  CHECK(is_all(accepted_over(world, "production", 40, 250ms), '1'));
  CHECK(is_all(accepted_over(world, "sandbox", 40, 250ms), '0'));
  CHECK(paused(world, "production") == 0);
  CHECK(paused(world, "sandbox") >= 10);
  CHECK(world.said("production") == "All 2 probes fine");
  // Nor is a probe on demand refused to it.
  auto answer = world.ask("production", "projects");
  world.run_for(2s);
  CHECK(answer.get().has_value());
}

TEST_CASE("two tenants that contradict each other about their token are told so") {
  World world(tenant("production", kStored) + tenant("sandbox", kStored));
  world.during(1h, 2h, "/sandbox/", replies(401, kUnauthorized));
  world.run_for(1h + 5min);
  CHECK(world.said("sandbox") ==
        "Token rejected since 01:00 UTC, 2 of 2 probes; accepted by production, refused by "
        "sandbox: a permission or a tenant, not the token");
  CHECK(world.verdict("sandbox").state == explain::TenantState::credentials);
  CHECK(world.said("production") == "All 2 probes fine");
  world.run_for(1h);
  CHECK(world.said("sandbox") ==
        "All 2 probes fine since 02:00 UTC; before that credentials failing from 01:00 UTC");
}

TEST_CASE("of three tenants the one that is accepted speaks for the token of the two others") {
  World world(tenant("production", kStored) + tenant("sandbox", kStored) +
              tenant("training", kStored));
  world.during(1h, 2h, "/sandbox/", replies(401, kUnauthorized));
  world.during(1h, 2h, "/training/", replies(401, kUnauthorized));
  world.run_for(1h + 5min);
  const std::string both =
      "; accepted by production, refused by sandbox and training: "
      "a permission or a tenant, not the token";
  CHECK(world.said("sandbox") == "Token rejected since 01:00 UTC, 2 of 2 probes" + both);
  CHECK(world.said("training") == "Token rejected since 01:00 UTC, 2 of 2 probes" + both);
  CHECK(paused(world, "production") == 0);
}

TEST_CASE("a token that every tenant is refused with is dead, and nobody speaks for it") {
  World world(tenant("production", kStored) + tenant("sandbox", kStored));
  world.during(1h, 2h, "acme", replies(401, kUnauthorized));
  world.run_for(1h);
  for (int i = 0; i < 60; ++i) {
    world.run_for(1s);
    for (const char* name : {"production", "sandbox"})
      CHECK(world.said(name).find("accepted by") == std::string::npos);
  }
  CHECK(world.said("production").starts_with("Token rejected since 01:00 UTC"));
  CHECK(world.said("sandbox").starts_with("Token rejected since 01:00 UTC"));
}

TEST_CASE("another token begins the verdicts of all its tenants anew") {
  World world(tenant("production", kStored) + tenant("sandbox", kStored));
  world.during(0s, 24h, "/sandbox/", [](const model::Request& request, base::Random& random) {
    const bool good = request.bearer.reveal() == "another-token";
    return (good ? answers() : replies(401, kUnauthorized))(request, random);
  });
  world.run_for(10min);
  CHECK(world.tenant("sandbox").token.accepted == false);
  setenv("SIM_TOKEN", "another-token", 1);
  world.run_for(31s);
  const std::uint64_t before = paused(world, "sandbox");
  world.run_for(10min);
  CHECK(world.tenant("sandbox").token.accepted == true);
  CHECK(world.tenant("production").token.accepted == true);
  CHECK(paused(world, "sandbox") == before);
}

TEST_CASE("a reload that gives a tenant another address asks anew whether the token is accepted") {
  const std::string toml = tenant("production", kStored) + tenant("sandbox", kStored);
  World world(toml);
  world.during(0s, 24h, "/sandbox/", replies(401, kUnauthorized));
  world.run_for(10min);
  std::string moved = toml;
  moved.replace(moved.find("acme/sandbox"), 12, "acme/moved");
  world.reload(moved);
  world.run_for(40s);
  CHECK(world.tenant("sandbox").token.accepted == true);
  CHECK(world.said("sandbox").find("accepted by") == std::string::npos);
}

TEST_CASE("a tenant that keeps being refused does not have its siblings' token fetched again") {
  SharedClient client;
  World world(tenant("production", client.token) + tenant("sandbox", client.token));
  client.play(world);
  world.during(10min, 240h, "/sandbox/reinfer_/api", replies(401, kUnauthorized));
  world.run_for(24h);
  // 30 by their age in a day, and a few until production has spoken for the one that replaced the
  // first that was refused.
  CHECK(client.issued >= 30);
  CHECK(client.issued <= 36);
  CHECK(world.tenant("production").token.accepted == true);
  CHECK(world.tenant("sandbox").token.accepted == false);
  CHECK(world.results("production/projects", model::Outcome::unauthorized) == 0);
  CHECK(world.results("production/projects", model::Outcome::ok) >= 2875);
  CHECK(paused(world, "production") == 0);
}

TEST_CASE("many tenants that are refused one after the other cost few fetches") {
  SharedClient client;
  std::string toml = tenant("production", client.token);
  for (int i = 0; i < 12; ++i)
    toml += tenant(fmt::format("refused{}", i), client.token);
  World world(toml);
  client.play(world);
  world.during(10min, 240h, "/refused", replies(401, kUnauthorized));
  world.run_for(40min);
  CHECK(client.issued <= 6);
  CHECK(paused(world, "production") == 0);
}

TEST_CASE("a token revoked early is fetched once for all tenants that share it") {
  SharedClient client;
  World world(tenant("production", client.token) + tenant("sandbox", client.token));
  client.play(world);
  world.run_for(10min);
  client.valid = "revoked";
  world.run_for(10min);
  CHECK(client.issued == 2);
  for (const char* name : {"production", "sandbox"}) {
    CHECK(world.results(std::string(name) + "/projects", model::Outcome::unauthorized) == 0);
    CHECK(world.tenant(name).token.accepted == true);
    // At most a slot that came due in the moment without a token.
    CHECK(paused(world, name) <= 1);
  }
}

TEST_CASE("a client whose tokens no tenant is accepted with is asked ever more seldom") {
  SharedClient client;
  World world(tenant("production", client.token) + tenant("sandbox", client.token) +
              tenant("training", client.token));
  client.play(world);
  world.during(0s, 240h, "reinfer_/api", replies(401, kUnauthorized));
  world.run_for(1h);
  CHECK(client.issued <= 45);
}

TEST_CASE("a probe that is refused alone says so of itself, and says nothing of the token") {
  SharedClient client;
  World world(tenant("acme", client.token));
  client.play(world);
  world.during(10min, 240h, "/datasets/", replies(401, kUnauthorized));
  world.run_for(15min);
  CHECK(world.said("acme").starts_with("Permission missing since 00:10 UTC, 1 of 2 probes"));
  // Through every renewal of the token.
  CHECK(is_all(accepted_over(world, "acme", 24 * 60, 1min), '1'));
  // A few until the first token that both were asked about.
  CHECK(paused(world, "acme") <= 8);
  CHECK(client.issued <= 37);
}

TEST_CASE("a probe on demand that is refused alone does not pause its neighbours") {
  World world(tenant("acme", kStored));
  world.during(10min, 240h, "/datasets/", replies(401, kUnauthorized));
  world.run_for(15min);
  const std::uint64_t before = paused(world, "acme");
  for (int i = 0; i < 40; ++i) {
    auto answer = world.ask("acme", "dataset");
    world.run_for(15s);
    CHECK(world.tenant("acme").token.accepted == true);
  }
  CHECK(paused(world, "acme") == before);
}

TEST_CASE("a probe that was refused alone judges the token when it is the only one left") {
  const std::string both = tenant("acme", kStored);
  World world(both);
  world.during(10min, 240h, "/datasets/", replies(401, kUnauthorized));
  world.run_for(15min);
  CHECK(world.tenant("acme").token.accepted == true);
  std::string left = both;
  const std::string gone = "  [[tenant.probe]]\n  use = \"projects\"\n";
  left.erase(left.find(gone), gone.size());
  world.reload(left);
  world.run_for(2min);
  CHECK(world.tenant("acme").token.accepted == false);
}

}  // namespace
}  // namespace reinfer::tests::shared_token_stories_test
