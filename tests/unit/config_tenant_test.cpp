#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <string>

#include "base/random.h"
#include "config/direct_host.h"
#include "config/load_plan.h"
#include "tests/unit/source_path.h"

namespace reinfer::tests::config_tenant_test {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

std::optional<std::string> any_token(const model::TokenSource&) {
  return std::nullopt;
}

std::string all_problems(const base::Problems& problems) {
  std::string result;
  for (const base::Problem& problem : problems)
    result += base::to_string(problem) + "\n";
  return result;
}

model::Plan plan_of(const std::string& toml, const std::string& file_name = "test.toml") {
  auto plan = config::parse_plan(toml, file_name, any_token);
  REQUIRE_MESSAGE(plan, all_problems(plan.error()));
  return *plan;
}

// One tenant with the lines given; its tables come last.
std::string toml_with(const std::string& lines, const std::string& tables = "",
                      const std::string& before = "",
                      const std::string& token = "token_env = \"ACME_TOKEN\"") {
  return before + "\n[[tenant]]\nname = \"acme\"\nbase_url = \"https://acme.reinfer.io\"\n" +
         token + "\n" + lines + "\n[[tenant.probe]]\nuse = \"projects\"\n" + tables + "\n";
}

model::Tenant tenant_with(const std::string& lines, const std::string& tables = "",
                          const std::string& before = "") {
  return plan_of(toml_with(lines, tables, before)).tenants().at(0);
}

model::TokenSource token_with(const std::string& token,
                              const std::string& file_name = "test.toml") {
  return plan_of(toml_with("", "", "", token), file_name).tenants().at(0).token;
}

// A folder with some PEM files, gone after the test.
class Folder {
 public:
  Folder()
      : path_(fs::temp_directory_path() /
              base::Random(base::Random::seed_from_kernel()).next_uuid()) {
    fs::create_directories(path_);
    for (const char* name : {"ca.pem", "client.pem", "key.pem"})
      std::ofstream(path_ / name) << "PEM";
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(path_); }
  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  fs::path path_;
};

TEST_CASE("a token may come from a command, whose program is a path or a name") {
  const model::TokenSource token =
      token_with("token_command = [\"vault\", \"read\", \"secret/acme\"]");
  CHECK(token.kind == model::TokenSource::Kind::command);
  CHECK(token.command == std::vector<std::string>{"vault", "read", "secret/acme"});
  CHECK(token.place == "test.toml:5:1");
  CHECK(token_with("token_command = [\"/opt/token\"]").command ==
        std::vector<std::string>{"/opt/token"});
  CHECK(token_with("token_command = [\"./token\", \"../x\"]", "/etc/exporter/x.toml").command ==
        std::vector<std::string>{"/etc/exporter/token", "../x"});
}

TEST_CASE("an OAuth client is read from a table in either form") {
  const model::TokenSource token = token_with(
      "oauth = { token_url = \"HTTPS://Cloud.UiPath.com:443/acme/identity_/connect/token\", "
      "client_id = \"0b6f7cc4\", client_secret_file = \"secrets/acme\", scope = \"Ixp.ApiAccess "
      "PM.User\" }",
      "/etc/exporter/x.toml");
  CHECK(token.kind == model::TokenSource::Kind::oauth);
  CHECK(token.oauth ==
        model::OAuthClient{"https://cloud.uipath.com/acme/identity_/connect/token",
                           "0b6f7cc4",
                           {model::SecretSource::Kind::file, "/etc/exporter/secrets/acme"},
                           "Ixp.ApiAccess PM.User",
                           {}});
  const model::TokenSource table = token_with(
      "[tenant.oauth]\ntoken_url = \"http://127.0.0.1:8080/token?a=b\"\nclient_id = \"x\"\n"
      "client_secret_env = \"SECRET\"\n");
  CHECK(table.oauth == model::OAuthClient{"http://127.0.0.1:8080/token?a=b",
                                          "x",
                                          {model::SecretSource::Kind::environment, "SECRET"},
                                          "",
                                          {}});
}

TEST_CASE("a token endpoint is reached as the API is, without what is meant for the API") {
  const Folder folder;
  const std::string oauth =
      "oauth = { token_url = \"https://a.example.com/token\", client_id = \"x\", "
      "client_secret_env = \"SECRET\" }";
  const std::string network =
      "proxy_url = \"http://proxy:3128\"\nca_file = \"ca.pem\"\nclient_certificate = "
      "\"client.pem\"\nclient_key = \"key.pem\"\nresolve = [\"a.example.com:443:127.0.0.1\"]\n"
      "headers = { X-Team = \"a\" }\nip_family = 4\nhttp2 = false\nno_proxy = \"b\"\n";
  const model::Plan plan = plan_of(toml_with(network, "", "", oauth), folder.file("x.toml"));
  model::NetworkOptions expected = plan.tenants()[0].network;
  CHECK_FALSE(expected.headers.empty());
  CHECK_FALSE(expected.client_certificate.empty());
  expected.headers.clear();
  expected.client_certificate.clear();
  expected.client_key.clear();
  CHECK(plan.tenants()[0].token.oauth.network == expected);
}

TEST_CASE("the inspector is asked about commands and clients as about all tokens") {
  std::vector<model::TokenSource> asked;
  const auto inspect = [&](const model::TokenSource& source) -> std::optional<std::string> {
    asked.push_back(source);
    return "cannot be had";
  };
  const std::string oauth =
      "oauth = { token_url = \"https://a.example.com/token\", client_id = \"x\", "
      "client_secret_env = \"SECRET\" }";
  const auto command =
      config::parse_plan(toml_with("", "", "", "token_command = [\"a\"]"), "t.toml", inspect);
  const auto client = config::parse_plan(toml_with("", "", "", oauth), "t.toml", inspect);
  REQUIRE(asked.size() == 2);
  CHECK(asked[0].command == std::vector<std::string>{"a"});
  CHECK(asked[1].oauth.client_secret.name == "SECRET");
  REQUIRE_FALSE(command);
  REQUIRE_FALSE(client);
  CHECK(all_problems(command.error()) == "t.toml:5:1: tenant.token_command: cannot be had\n");
  CHECK(all_problems(client.error()) == "t.toml:5:1: tenant.oauth: cannot be had\n");
}

TEST_CASE("a tenant without network keys has the defaults of the network") {
  CHECK(tenant_with("").network == model::NetworkOptions{});
}

TEST_CASE("every key of the network is read") {
  const Folder folder;
  const model::Plan plan = plan_of(toml_with(R"(
proxy_url = "SOCKS5H://Proxy.example.com:1080/"
no_proxy = ["localhost", ".example.com", "10.0.0.0/8", "::1"]
ca_file = "ca.pem"
client_certificate = "client.pem"
client_key = "key.pem"
ip_family = "6"
resolve = ["Cloud.UiPath.com:443:192.0.2.7", "b:8443:2001:db8::1", "c:1:[::1]"]
headers = { X-Team = "a b\tc", "x.y!" = "~" }
http2 = false
)"),
                                   folder.file("x.toml"));
  const model::NetworkOptions& network = plan.tenants()[0].network;
  CHECK(network.proxy_url == "socks5h://proxy.example.com:1080");
  CHECK(network.no_proxy == "localhost,.example.com,10.0.0.0/8,::1");
  CHECK(network.ca_file == folder.file("ca.pem"));
  CHECK(network.client_certificate == folder.file("client.pem"));
  CHECK(network.client_key == folder.file("key.pem"));
  CHECK(network.ip_family == model::IpFamily::v6);
  CHECK(network.resolve == std::vector<std::string>{"cloud.uipath.com:443:192.0.2.7",
                                                    "b:8443:[2001:db8::1]", "c:1:[::1]"});
  CHECK(network.headers == std::vector<model::Header>{{"X-Team", "a b\tc"}, {"x.y!", "~"}});
  CHECK_FALSE(network.http2);
}

TEST_CASE("proxies keep their port and lose nothing else") {
  for (const std::string url : {"http://proxy:80", "https://proxy:443", "socks5://10.0.0.1:1080",
                                "socks5h://[::1]:1080", "http://proxy.example.com:65535"})
    CHECK(tenant_with(fmt::format("proxy_url = \"{}\"", url)).network.proxy_url == url);
}

TEST_CASE("hosts without a proxy may stand in one string") {
  const auto no_proxy = [](const std::string& value) {
    return tenant_with("no_proxy = " + value).network.no_proxy;
  };
  CHECK(no_proxy("\"localhost\"") == "localhost");
  CHECK(no_proxy("\"localhost, b.example.com\"") == "localhost,b.example.com");
  CHECK(no_proxy("\"*\"") == "*");
  CHECK(no_proxy("[\"fd00::/8\"]") == "fd00::/8");
}

TEST_CASE("a program named with a slash is never looked for in PATH") {
  // Wherever the configuration is, its own folder included.
  const auto program = [](const std::string& word, const std::string& file) {
    return token_with("token_command = [\"" + word + "\"]", file).command.at(0);
  };
  CHECK(program("./token", "x.toml") == "./token");
  CHECK(program("bin/../token", "x.toml") == "./token");
  CHECK(program("./token", "conf/x.toml") == "conf/token");
  CHECK(program("../token", "conf/x.toml") == "./token");
  CHECK(program("token", "conf/x.toml") == "token");
}

TEST_CASE("a credential of a systemd unit is a file in the folder that systemd names") {
  const auto token = [](const std::string& path, const std::string& file) {
    const std::string toml = toml_with("", "", "", "token_file = \"" + path + "\"");
    const auto plan = config::parse_plan(toml, file, any_token);
    return plan ? plan->tenants().at(0).token.name : all_problems(plan.error());
  };
  setenv("CREDENTIALS_DIRECTORY", "/run/credentials/x.service", 1);
  CHECK(token("${CREDENTIALS_DIRECTORY}/acme", "conf/x.toml") == "/run/credentials/x.service/acme");
  CHECK(token("./$acme", "conf/x.toml") == "conf/$acme");
  for (const char* wrong :
       {"$CREDENTIALS_DIRECTORY/acme", "${CREDENTIALS_DIRECTORY}/", "${HOME}/a"})
    CHECK(token(wrong, "x.toml").find("allowed: ${CREDENTIALS_DIRECTORY}/NAME") !=
          std::string::npos);
  unsetenv("CREDENTIALS_DIRECTORY");
  CHECK(token("${CREDENTIALS_DIRECTORY}/acme", "x.toml")
            .find("the variable CREDENTIALS_DIRECTORY is not set") != std::string::npos);
}

TEST_CASE("of the hosts in no_proxy of the environment those are named that libcurl passes over") {
  const auto faults = [](std::string_view text) { return config::direct_hosts_faults(text); };
  for (const std::string_view understood :
       {"", "*", "localhost", "localhost,.example.com", "localhost example.com", " a , b ,",
        "10.0.0.0/8,fd00::/8,::1,192.0.2.7", "example.com."}) {
    CAPTURE(understood);
    CHECK(faults(understood).empty());
  }
  const auto only = [&](std::string_view text) {
    const auto found = faults(text);
    REQUIRE(found.size() == 1);
    return found[0];
  };
  CHECK(only("localhost,*.example.com") ==
        "\"*.example.com\", which is a pattern, allowed: .example.com for all hosts of the domain");
  CHECK(only("localhost,*") == "\"*\", which stands for every host, allowed: alone");
  CHECK(only("example.com:443") ==
        "\"example.com:443\", which has a port or brackets, allowed: the host alone, for all its "
        "ports");
  CHECK(only("[::1]") ==
        "\"[::1]\", which has a port or brackets, allowed: the host alone, for all its ports");
  CHECK(only("10.0.0.0/33") ==
        "\"10.0.0.0/33\", which is not a network, allowed: a network such as 10.0.0.0/8");
  CHECK(faults("*.a;b http://c").size() == 2);
}

TEST_CASE("families of addresses are words or numbers") {
  const auto family = [](const std::string& value) {
    return tenant_with("ip_family = " + value).network.ip_family;
  };
  CHECK(family("\"any\"") == model::IpFamily::any);
  CHECK(family("\"4\"") == model::IpFamily::v4);
  CHECK(family("4") == model::IpFamily::v4);
  CHECK(family("6") == model::IpFamily::v6);
}

TEST_CASE("the tenant's network counts before that of the defaults") {
  const std::string defaults =
      "[defaults]\nproxy_url = \"http://proxy:1\"\nno_proxy = \"a\"\nip_family = 4\nhttp2 = false";
  const model::NetworkOptions inherited = tenant_with("", "", defaults).network;
  CHECK(inherited.proxy_url == "http://proxy:1");
  CHECK(inherited.no_proxy == "a");
  CHECK(inherited.ip_family == model::IpFamily::v4);
  CHECK_FALSE(inherited.http2);
  const model::NetworkOptions own =
      tenant_with(
          "proxy_url = \"http://proxy:2\"\nno_proxy = \"*\"\nip_family = \"any\"\nhttp2 = true", "",
          defaults)
          .network;
  CHECK(own.proxy_url == "http://proxy:2");
  CHECK(own.no_proxy == "*");
  CHECK(own.ip_family == model::IpFamily::any);
  CHECK(own.http2);
}

TEST_CASE("limits of a tenant may be above and below what its probes need") {
  CHECK_FALSE(tenant_with("").requests_per_minute_max);
  CHECK(tenant_with("").paid_probes_per_day_max == model::kPaidProbesPerDay);
  CHECK(tenant_with("max_requests_per_minute = 2").requests_per_minute_max == 2);
  const std::string paid =
      "[[tenant.probe]]\nuse = \"predict\"\nproject = \"p\"\ndataset = \"d\"\nmodel_version = 1\n"
      "accept_cost = true\ninterval = \"5m\"\n";
  CHECK(tenant_with("", paid).paid_probes_per_day_max == 288);
  CHECK(tenant_with("paid_probes_per_day_max = 500", paid).paid_probes_per_day_max == 500);
  CHECK(tenant_with("paid_probes_per_day_max = 1", paid).paid_probes_per_day_max == 1);
  CHECK(tenant_with("max_requests_per_minute = 1").requests_per_minute_max == 1);
}

TEST_CASE("a probe is paid where it needs consent") {
  const model::Plan plan = plan_of(toml_with("paid_probes_per_day_max = 2000", R"(
[[tenant.probe]]
use = "predict_comments"
project = "p"
dataset = "d"
model_version = "live"
comment = "c"
accept_cost = true
interval = "2m"
[[tenant.probe]]
name = "own"
method = "POST"
path = "/api/v1/datasets/p/d/labellers/1/predict"
accept_cost = true
interval = "10m"
[[tenant.probe]]
name = "free"
path = "/api/v1/projects"
accept_cost = true
)"));
  REQUIRE(plan.targets().size() == 4);
  CHECK_FALSE(plan.targets()[0].paid);
  CHECK(plan.targets()[1].paid);
  CHECK(plan.targets()[2].paid);
  CHECK_FALSE(plan.targets()[3].paid);
}

TEST_CASE("what the documented configuration shows in comments is valid as well") {
  const Folder folder;
  for (const char* name : {"company-ca.pem", "exporter.pem", "exporter.key"})
    std::ofstream(folder.file(name)) << "PEM";
  // A tenant has one source of tokens: the table that is shown stands for the others.
  const std::regex example("# {1,3}((\\[|[a-z0-9_]+ = ).*)");
  const std::regex other_source("(# )?token_(env|file|command) = .*");
  std::ifstream file(source_path("config/reinfer_exporter.toml"));
  std::string toml;
  for (std::string line; std::getline(file, line);) {
    std::smatch match;
    if (std::regex_match(line, other_source)) continue;
    toml += (std::regex_match(line, match, example) ? match[1].str() : line) + "\n";
  }
  const model::Plan plan = plan_of(toml, folder.file("x.toml"));
  const model::Tenant& tenant = plan.tenants().at(0);
  CHECK(tenant.token.kind == model::TokenSource::Kind::oauth);
  CHECK(tenant.network.proxy_url == "http://proxy.example.com:3128");
  CHECK(tenant.network.client_key == folder.file("exporter.key"));
  CHECK(tenant.network.headers.size() == 1);
  CHECK(tenant.maintenance.size() == 2);
  CHECK(tenant.requests_per_minute_max == 60);
  CHECK(plan.targets().size() == 5);
  CHECK(plan.controls() ==
        std::vector<model::Control>{{"web", "https://www.example.com/", 30s, {5s, 5s, 5s, 5s}}});
}

TEST_CASE("the documented configuration shows the defaults of a tenant") {
  const model::Plan plan =
      *config::load_plan(source_path("config/reinfer_exporter.toml"), any_token);
  const model::Tenant& documented = plan.tenants().at(0);
  const model::Tenant built_in = tenant_with("");
  CHECK(documented.network == built_in.network);
  CHECK(documented.maintenance == built_in.maintenance);
  CHECK(documented.requests_per_minute_max == built_in.requests_per_minute_max);
  CHECK(documented.paid_probes_per_day_max == built_in.paid_probes_per_day_max);
  CHECK(plan.controls().empty());
}

}  // namespace
}  // namespace reinfer::tests::config_tenant_test
