#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include "tests/sim/world.h"

namespace reinfer::tests::credentials_stories_test {
namespace {

using namespace std::chrono_literals;

constexpr const char* kUnauthorized = R"({"status":"error","message":"401 Unauthorized"})";

// A token file, and the platform's idea of the one valid token.
class TokenTest {
 public:
  TokenTest() { write("token-one"); }
  ~TokenTest() { std::filesystem::remove_all(folder); }

  void write(const std::string& token) {
    std::filesystem::create_directories(folder);
    std::ofstream(file()) << token << '\n';
  }
  std::string file() const { return (folder / "token").string(); }

  std::string toml() const {
    return fmt::format(R"(
[[tenant]]
name = "acme"
base_url = "https://cloud.uipath.com/acme/prod/reinfer_"
token_file = "{}"
  [[tenant.probe]]
  use = "projects"
  [[tenant.probe]]
  use = "dataset"
  project = "demo"
  dataset = "support"
  [[tenant.probe]]
  use = "source"
  project = "demo"
  source = "emails"
)",
                       file());
  }

  // Takes the valid token only.
  Behaviour checks_token() {
    return [this, good = answers(), bad = replies(401, kUnauthorized)](
               const model::Request& request, base::Random& random) {
      return (request.bearer.reveal() == valid ? good : bad)(request, random);
    };
  }

  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() /
      ("reinfer-sim-" + base::Random(base::Random::seed_from_kernel()).next_uuid());
  std::string valid = "token-one";
};

std::uint64_t tenant_results(const World& world, model::Outcome outcome) {
  std::uint64_t sum = 0;
  for (const char* probe : {"acme/projects", "acme/dataset", "acme/source"})
    sum += world.results(probe, outcome);
  return sum;
}

TEST_CASE_FIXTURE(TokenTest, "a token that is updated before it is rotated costs no probe") {
  World world(toml());
  world.during(0s, 24h, "acme", checks_token());
  world.run_for(1h);
  // The vendor takes both for a moment.
  write("token-two");
  world.during(1h, 1h + 1min, "acme", answers());
  world.run_for(1min);
  valid = "token-two";
  world.run_for(1h);
  CHECK(tenant_results(world, model::Outcome::unauthorized) == 0);
  CHECK(world.tenant("acme").token.changes == 1);
  CHECK(world.tenant("acme").token.accepted == true);
}

TEST_CASE_FIXTURE(TokenTest, "a rotation that we learn of by a 401 is repaired in the same probe") {
  World world(toml());
  world.during(0s, 24h, "acme", checks_token());
  world.run_for(1h);
  // The token changes on both sides between our reading of it and the platform's.
  bool rotated = false;
  world.during(1h, 24h, "acme",
               [&, check = checks_token()](const model::Request& request, base::Random& random) {
                 if (!std::exchange(rotated, true)) {
                   write("token-two");
                   valid = "token-two";
                 }
                 return check(request, random);
               });
  world.run_for(1h);
  CHECK(tenant_results(world, model::Outcome::unauthorized) == 0);
  CHECK(tenant_results(world, model::Outcome::ok) == 720);
  CHECK(world.tenant("acme").token.changes == 1);
  std::uint64_t rejected = 0;
  for (const char* probe : {"acme/projects", "acme/dataset", "acme/source"}) {
    const auto& codes = world.record(probe).http_codes;
    rejected += codes.count(401) > 0 ? codes.at(401) : 0;
  }
  CHECK(rejected == 1);
  CHECK(world.starts().size() == 721);
}

TEST_CASE_FIXTURE(TokenTest,
                  "a dead token is shown, is not hammered, and comes to life by itself") {
  World world(toml());
  world.during(0s, 24h, "acme", checks_token());
  world.run_for(1h);
  const std::size_t before = world.starts().size();
  valid = "token-two";
  world.run_for(1h);
  CHECK(world.tenant("acme").token.accepted == false);
  // One request an interval instead of three, but for the first.
  const std::size_t sent = world.starts().size() - before;
  CHECK(sent >= 59);
  CHECK(sent <= 122);
  std::uint64_t skipped = 0;
  for (const char* probe : {"acme/projects", "acme/dataset", "acme/source"})
    skipped += world.skipped(probe, model::SkipReason::credentials);
  CHECK(skipped >= 238);
  write("token-two");
  world.run_for(1h);
  CHECK(world.tenant("acme").token.accepted == true);
  CHECK(tenant_results(world, model::Outcome::ok) == 720);
}

TEST_CASE_FIXTURE(TokenTest, "a probe that lacks a permission does not silence its neighbours") {
  World world(toml());
  world.during(0s, 24h, "acme", checks_token());
  world.during(0s, 24h, "/datasets/", replies(401, kUnauthorized));
  world.run_for(6h);
  CHECK(world.results("acme/dataset", model::Outcome::unauthorized) >= 710);
  CHECK(world.results("acme/projects", model::Outcome::ok) >= 715);
  CHECK(world.results("acme/source", model::Outcome::ok) >= 715);
  CHECK(world.tenant("acme").token.accepted == true);
}

TEST_CASE_FIXTURE(TokenTest,
                  "a probe that never judges the token does not take the look of one that does") {
  World world(toml() + R"(
  [[tenant.probe]]
  use = "not_found"
  interval = "10s"
)");
  world.during(0s, 24h, "acme", checks_token());
  world.during(0s, 24h, "nonexistent_page", answers());
  world.during(10min, 11min, "acme", replies(401, kUnauthorized));
  world.run_for(1h);
  CHECK(world.tenant("acme").token.accepted == true);
  CHECK(world.results("acme/projects", model::Outcome::ok) >= 110);
  CHECK(world.results("acme/not_found", model::Outcome::ok) >= 340);
}

TEST_CASE_FIXTURE(TokenTest, "two exporters that fight over one user's token are both told") {
  // Somebody else's exporter makes a new token every ten minutes, and we make ours valid again.
  World world(toml());
  world.during(0s, 24h, "acme", checks_token());
  for (int round = 0; round < 6; ++round) {
    valid = "token-one";
    world.run_for(10min);
    CHECK(world.tenant("acme").token.accepted == true);
    valid = "token-of-the-other";
    world.run_for(10min);
    CHECK(world.tenant("acme").token.accepted == false);
  }
  CHECK(tenant_results(world, model::Outcome::server_error) == 0);
  CHECK(tenant_results(world, model::Outcome::unauthorized) <= 6 * 22);
  CHECK(tenant_results(world, model::Outcome::ok) >= 6 * 57);
}

TEST_CASE_FIXTURE(TokenTest, "a neighbour that is asked once a day does not hold up the look") {
  World world(fmt::format(R"(
[[tenant]]
name = "acme"
base_url = "https://cloud.uipath.com/acme/prod/reinfer_"
token_file = "{}"
  [[tenant.probe]]
  use = "projects"
  [[tenant.probe]]
  use = "sources"
  interval = "1d"
)",
                          file()));
  world.during(0s, 48h, "acme", checks_token());
  world.during(1h, 1h + 10min, "acme", replies(401, kUnauthorized));
  world.run_for(1h + 12min);
  CHECK(world.tenant("acme").token.accepted == true);
  CHECK(world.results("acme/projects", model::Outcome::unauthorized) >= 8);
}

TEST_CASE_FIXTURE(TokenTest, "tenants that share a token share its fate") {
  World world(toml() + fmt::format(R"(
[[tenant]]
name = "twin"
base_url = "https://cloud.uipath.com/twin/prod/reinfer_"
token_file = "{}"
  [[tenant.probe]]
  use = "projects"
)",
                                   file()));
  world.during(0s, 24h, "reinfer_", checks_token());
  world.run_for(10min);
  valid = "token-two";
  world.run_for(10min);
  CHECK(world.tenant("acme").token.accepted == false);
  CHECK(world.tenant("twin").token.accepted == false);
  write("token-two");
  world.run_for(10min);
  CHECK(world.tenant("twin").token.changes == 1);
  CHECK(world.tenant("twin").token.accepted == true);
}

TEST_CASE_FIXTURE(TokenTest, "a file that is not there yet makes probes unavailable, not failed") {
  std::filesystem::remove(file());
  World world(toml());
  world.during(0s, 24h, "acme", checks_token());
  world.run_for(10min);
  CHECK(world.starts().empty());
  CHECK(tenant_results(world, model::Outcome::token_unavailable) == 60);
  CHECK_FALSE(world.tenant("acme").token.accepted.has_value());
  CHECK(world.tenant("acme").token.read_errors > 0);
  write("token-one");
  world.run_for(10min);
  CHECK(tenant_results(world, model::Outcome::ok) == 60);
}

TEST_CASE_FIXTURE(TokenTest, "a file that goes away for a moment costs nothing") {
  World world(toml());
  world.during(0s, 24h, "acme", checks_token());
  world.run_for(10min);
  std::filesystem::remove(file());
  world.run_for(10min);
  write("token-one");
  world.run_for(10min);
  CHECK(tenant_results(world, model::Outcome::ok) == 180);
  CHECK(world.tenant("acme").token.changes == 0);
}

// A tenant whose tokens come from an OAuth server that lives on the script.
class OAuthTest : public TokenTest {
 public:
  OAuthTest() { write("client-secret-text"); }

  std::string toml() const {
    return fmt::format(R"(
[[tenant]]
name = "acme"
base_url = "https://cloud.uipath.com/acme/prod/reinfer_"
  [tenant.oauth]
  token_url = "https://cloud.uipath.com/acme/identity_/connect/token"
  client_id = "me"
  client_secret_file = "{}"
  [[tenant.probe]]
  use = "projects"
  [[tenant.probe]]
  use = "dataset"
  project = "demo"
  dataset = "support"
  [[tenant.probe]]
  use = "source"
  project = "demo"
  source = "emails"
)",
                       file());
  }

  Behaviour issues_tokens(base::Nanoseconds after = 50ms, int lifetime_seconds = 3600) {
    return [this, after, lifetime_seconds](const model::Request& request, base::Random&) {
      CHECK(request.bearer.empty());
      CHECK(request.body.find("client_secret=client-secret-text") != std::string::npos);
      valid = fmt::format("issued-{}", ++issued);
      Answer answer;
      answer.after = after;
      answer.exchange.http_status = 200;
      answer.exchange.body =
          fmt::format(R"({{"access_token":"{}","expires_in":{},"token_type":"Bearer"}})", valid,
                      lifetime_seconds);
      return answer;
    };
  }

  void begin(World& world) {
    world.during(0s, 240h, "reinfer_/api", checks_token());
    world.during(0s, 240h, "/connect/token", issues_tokens());
  }

  int issued = 0;
};

TEST_CASE_FIXTURE(OAuthTest,
                  "an OAuth token is fetched once and refreshed at four fifths of its life") {
  World world(toml());
  begin(world);
  world.run_for(24h);
  // 86,400 s at one every 2,880 s; a new token ends the old one at once, and no probe fails of it.
  CHECK(issued == 30);
  CHECK(tenant_results(world, model::Outcome::unauthorized) == 0);
  CHECK(tenant_results(world, model::Outcome::token_unavailable) == 0);
  CHECK(tenant_results(world, model::Outcome::ok) >= 3 * 2880 - 3);
  REQUIRE(world.tenant("acme").token.expiry.has_value());
}

TEST_CASE_FIXTURE(OAuthTest, "an OAuth server that is down for ten minutes costs no probe") {
  World world(toml());
  begin(world);
  world.during(2800s, 3400s, "/connect/token", fails(model::WireError::connect));
  world.run_for(2h);
  CHECK(tenant_results(world, model::Outcome::token_unavailable) == 0);
  CHECK(tenant_results(world, model::Outcome::unauthorized) == 0);
  CHECK(world.tenant("acme").token.read_errors >= 5);
  CHECK(world.requests_to("/connect/token") <= 20);
}

TEST_CASE_FIXTURE(OAuthTest,
                  "an OAuth server that is down from the start is asked ever more seldom") {
  World world(toml());
  begin(world);
  world.during(0s, 10min, "/connect/token", fails(model::WireError::connect));
  world.run_for(10min);
  CHECK(tenant_results(world, model::Outcome::token_unavailable) >= 57);
  CHECK(world.requests_to("/connect/token") <= 14);
  CHECK(world.requests_to("reinfer_/api") == 0);
  world.run_for(10min);
  CHECK(tenant_results(world, model::Outcome::ok) >= 45);
}

TEST_CASE_FIXTURE(OAuthTest, "an OAuth server that takes a minute delays probes and fails none") {
  World world(toml());
  begin(world);
  world.during(0s, 240h, "/connect/token", issues_tokens(60s));
  world.run_for(1h);
  CHECK(tenant_results(world, model::Outcome::token_unavailable) == 0);
  CHECK(tenant_results(world, model::Outcome::ok) >= 345);
  CHECK(world.requests_to("/connect/token") <= 2);
}

TEST_CASE_FIXTURE(OAuthTest, "a wall clock that steps by an hour neither expires nor hammers") {
  World world(toml());
  begin(world);
  world.run_for(30min);
  world.step_wall_clock(1h);
  world.run_for(15min);
  world.step_wall_clock(-2h);
  world.run_for(2h);
  CHECK(tenant_results(world, model::Outcome::token_unavailable) == 0);
  CHECK(tenant_results(world, model::Outcome::unauthorized) == 0);
  CHECK(tenant_results(world, model::Outcome::ok) >= 3 * 330 - 3);
  CHECK(issued <= 4);
}

TEST_CASE_FIXTURE(OAuthTest,
                  "a server whose tokens expire at once is a failure, and not hammered") {
  World world(toml());
  begin(world);
  world.during(0s, 240h, "/connect/token", issues_tokens(50ms, 1));
  world.run_for(1h);
  CHECK(issued <= 40);
  CHECK(tenant_results(world, model::Outcome::token_unavailable) >= 350);
}

TEST_CASE_FIXTURE(OAuthTest,
                  "probes that are out together when a token is revoked all wait for one") {
  World world(toml());
  begin(world);
  // So slow that all three are out at the same time, each with the token that is revoked meanwhile.
  world.during(10min, 11min, "reinfer_/api",
               [this](const model::Request& request, base::Random& random) {
                 valid = issued < 2 ? "revoked" : valid;
                 Answer answer = checks_token()(request, random);
                 answer.after = 9s;
                 return answer;
               });
  world.run_for(20min);
  CHECK(tenant_results(world, model::Outcome::unauthorized) == 0);
  CHECK(issued == 2);
}

TEST_CASE_FIXTURE(OAuthTest, "a token revoked early is replaced within the probe that notices") {
  World world(toml());
  begin(world);
  world.run_for(10min);
  valid = "revoked";
  world.run_for(10min);
  CHECK(tenant_results(world, model::Outcome::unauthorized) == 0);
  CHECK(issued == 2);
  CHECK(world.tenant("acme").token.accepted == true);
}

TEST_CASE_FIXTURE(OAuthTest,
                  "a client whose every token is rejected does not fetch for every probe") {
  World world(toml());
  begin(world);
  world.during(0s, 240h, "reinfer_/api", replies(401, kUnauthorized));
  world.run_for(1h);
  CHECK(world.tenant("acme").token.accepted == false);
  CHECK(world.requests_to("/connect/token") <= 70);
  CHECK(world.requests_to("reinfer_/api") <= 260);
}

TEST_CASE_FIXTURE(OAuthTest, "a token may expire at any moment of a turn") {
  // The server needs longer for a token than is left of the old one: each expires, while the next
  // one is on its way, at a moment that has nothing to do with the grid.
  for (std::uint64_t round = 0; round < 3; ++round) {
    World world("[defaults]\ninterval = \"1s\"\ntimeout = \"500ms\"\n" + toml(),
                sim_seed() + round);
    begin(world);
    world.during(0s, 240h, "/connect/token",
                 [this](const model::Request& request, base::Random& random) {
                   const base::Nanoseconds after = base::from_seconds(3 + 3 * random.next_unit());
                   return issues_tokens(after, 10)(request, random);
                 });
    world.run_for(4h);
    CHECK(world.skipped("acme/dataset", model::SkipReason::credentials) > 1000);
    CHECK(world.results("acme/dataset", model::Outcome::ok) > 5000);
  }
}

}  // namespace
}  // namespace reinfer::tests::credentials_stories_test
