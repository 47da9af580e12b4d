#include <doctest/doctest.h>
#include <fmt/format.h>

#include <fstream>

#include "tests/component/probing.h"

namespace reinfer::tests::credentials_test {
namespace {

using namespace std::chrono_literals;
using simulator::PortKind;

std::string oauth_tenant(SimulatedTenant& tenant, const std::string& path) {
  setenv("COMPONENT_TEST_CLIENT_SECRET", std::string(simulator::kClientSecret).c_str(), 1);
  const std::string api = tenant->base_url(simulator::PortKind::https, path);
  const std::string organisation = api.substr(0, api.find('/', 8)) + "/acme";
  return fmt::format(
      "[[tenant]]\nname = \"t\"\nbase_url = \"{}\"\nca_file = \"{}\"\noauth = {{ token_url = "
      "\"{}/identity_/connect/token\", client_id = \"{}\", client_secret_env = "
      "\"COMPONENT_TEST_CLIENT_SECRET\" }}\n[[tenant.probe]]\nuse = \"projects\"\n",
      api, tenant.ca_file(), organisation, simulator::kClientId);
}

TEST_CASE("an OAuth token is fetched through the same transport and taken by the API") {
  SimulatedTenant tenant;
  Probing probing(oauth_tenant(tenant, "acme/prod"));
  CHECK(label(probing.probe()) == "ok");
  CHECK(label(probing.probe()) == "ok");
  const model::TokenFacts facts = probing.credentials.facts(model::TenantIndex{0});
  CHECK(facts.accepted == true);
  CHECK(facts.expiry.has_value());
  CHECK(facts.changes == 0);
}

TEST_CASE("an OAuth server that refuses the client makes the token unavailable, in words") {
  SimulatedTenant tenant;
  REQUIRE_FALSE(tenant->set_fault("oauth_invalid_client").has_value());
  Probing probing(oauth_tenant(tenant, "acme/prod"));
  const model::ProbeResult result = probing.probe();
  CHECK(label(result) == "token_unavailable");
  CHECK(result.message == "the token server answered 400, invalid_client");
}

TEST_CASE("a token file that was rotated with the token repairs the probe that notices") {
  SimulatedTenant tenant;
  const TemporaryFolder folder;
  const std::string file = folder.path("token");
  std::ofstream(file) << kTestToken;
  Probing probing(fmt::format(
      "[[tenant]]\nname = \"t\"\nbase_url = \"{}\"\nca_file = \"{}\"\ntoken_file = \"{}\"\n"
      "[[tenant.probe]]\nuse = \"projects\"\n",
      tenant->base_url(simulator::PortKind::https), tenant.ca_file(), file));
  CHECK(label(probing.probe()) == "ok");
  tenant->set_token("another-token-altogether");
  std::ofstream(file) << "another-token-altogether";
  const model::ProbeResult result = probing.probe();
  CHECK(label(result) == "ok");
  CHECK(probing.credentials.facts(model::TenantIndex{0}).changes == 1);
}

TEST_CASE("a token command gives the token that the API takes") {
  SimulatedTenant tenant;
  Probing probing(
      fmt::format("[[tenant]]\nname = \"t\"\nbase_url = \"{}\"\nca_file = \"{}\"\n"
                  "token_command = [\"/bin/echo\", \"{}\"]\n[[tenant.probe]]\nuse = \"projects\"\n",
                  tenant->base_url(simulator::PortKind::https), tenant.ca_file(), kTestToken));
  CHECK(label(probing.probe()) == "ok");
}

TEST_CASE("a dead token is unauthorized, and the fact is kept") {
  SimulatedTenant tenant;
  tenant->set_token("somebody-made-a-new-one");
  Probing probing(to_toml({tenant->base_url(simulator::PortKind::https), tenant.ca_file()}));
  CHECK(label(probing.probe()) == "unauthorized");
  CHECK(probing.credentials.is_rejected(model::TenantIndex{0}));
  CHECK(tenant->requests_seen().requests == 1);
}

}  // namespace
}  // namespace reinfer::tests::credentials_test
