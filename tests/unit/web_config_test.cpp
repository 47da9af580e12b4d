#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "http/web_config.h"
#include "http/web_files.h"
#include "tests/unit/source_path.h"

namespace reinfer::tests::web_config_test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kHash = "$2b$04$aaaaaaaaaaaaaaaaaaaaaOGY9KrC7e/pHj3EXQPxs8hKEBbvQhsvG";

std::string text_of(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

// As a user reads them, without folders, which differ between machines.
std::string problems_of(const fs::path& path) {
  const auto contents = http::read_web_files({path.string(), ""});
  if (contents) return "none\n";
  const std::string folder = path.parent_path().string() + "/";
  std::string result;
  for (const base::Problem& problem : contents.error()) {
    std::string line = base::to_string(problem);
    for (auto at = line.find(folder); at != std::string::npos; at = line.find(folder))
      line.erase(at, folder.size());
    result += line + "\n";
  }
  return result;
}

http::WebConfig good(const std::string& yaml) {
  const auto config = http::parse_web_config(yaml, "etc/web.yml");
  CAPTURE(config ? "" : base::to_string(config.error().at(0)));
  REQUIRE(config);
  return *config;
}

TEST_CASE("every bad web configuration is answered with the problems written beside it") {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(source_path("tests/bad_web_configs")))
    if (entry.path().extension() == ".yml") paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  CHECK(paths.size() >= 21);
  for (const fs::path& path : paths) {
    CAPTURE(path.filename().string());
    fs::path expected = path;
    expected.replace_extension(".expected");
    const std::string problems = problems_of(path);
    CHECK(problems != "none\n");
    if (std::getenv("REINFER_UPDATE_GOLDENS")) std::ofstream(expected) << problems;
    CHECK(problems == text_of(expected));
  }
}

TEST_CASE("every key of the toolkit is understood") {
  const http::WebConfig config = good(R"(
tls_server_config:
  cert_file: web.crt
  key_file: /keys/web.key
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ca/clients.crt
  client_allowed_sans:
    - prometheus.example.org
    - 10.0.0.1
  min_version: TLS13
  max_version: TLS13
  cipher_suites:
    - TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
    - TLS_AES_128_GCM_SHA256
  prefer_server_cipher_suites: false
  curve_preferences: [X25519, CurveP256]
http_server_config:
  http2: false
  headers:
    X-Frame-Options: deny
    X-Content-Type-Options: nosniff
    X-XSS-Protection: ""
    Strict-Transport-Security: max-age=1
    Content-Security-Policy: default-src 'none'
basic_auth_users:
  alice: $2b$04$aaaaaaaaaaaaaaaaaaaaaOGY9KrC7e/pHj3EXQPxs8hKEBbvQhsvG
rate_limit:
  interval: 100ms
  burst: 20
)");
  REQUIRE(config.tls);
  CHECK(config.tls->certificate.file == "etc/web.crt");
  CHECK(config.tls->certificate.place == base::Place{3, 14});
  CHECK(config.tls->key.file == "/keys/web.key");
  CHECK(config.tls->client_ca.file == "etc/ca/clients.crt");
  CHECK(config.tls->client_auth == http::ClientAuth::require_and_verify);
  CHECK(config.tls->client_allowed_sans ==
        std::vector<std::string>{"prometheus.example.org", "10.0.0.1"});
  CHECK(config.tls->version_min == 0x0304);
  CHECK(config.tls->version_max == 0x0304);
  CHECK(config.tls->ciphers == std::vector<std::string>{"ECDHE-RSA-AES128-GCM-SHA256"});
  CHECK(config.tls->curves == std::vector<std::string>{"X25519", "P-256"});
  CHECK_FALSE(config.tls->prefer_server_ciphers);
  CHECK(config.headers.size() == 4);
  CHECK(config.users == std::map<std::string, std::string>{{"alice", kHash}});
  REQUIRE(config.rate_limit);
  CHECK(config.rate_limit->interval == std::chrono::milliseconds(100));
  CHECK(config.rate_limit->burst == 20);
}

TEST_CASE("what is left out or empty asks for nothing") {
  for (const char* yaml : {"", "# nothing\n", "tls_server_config:\n", "tls_server_config: {}\n",
                           "basic_auth_users: {}\n", "rate_limit: {interval: 0, burst: 0}\n",
                           "tls_server_config: {min_version: TLS12}\n",
                           "tls_server_config: {cert_file: '', key_file: ''}\n"}) {
    CAPTURE(yaml);
    const http::WebConfig config = good(yaml);
    CHECK_FALSE(config.tls);
    CHECK(config.users.empty());
    CHECK_FALSE(config.rate_limit);
  }
}

TEST_CASE("the toolkit's policies for certificates of clients have their names") {
  const auto policy = [](const std::string& name) {
    return good("tls_server_config: {cert: a, key: b, client_ca: c, client_auth_type: " + name +
                "}")
        .tls->client_auth;
  };
  CHECK(policy("RequestClientCert") == http::ClientAuth::request);
  CHECK(policy("RequireAnyClientCert") == http::ClientAuth::require_any);
  CHECK(policy("RequireClientCert") == http::ClientAuth::require_any);
  CHECK(policy("VerifyClientCertIfGiven") == http::ClientAuth::verify_if_given);
  CHECK(policy("RequireAndVerifyClientCert") == http::ClientAuth::require_and_verify);
}

TEST_CASE("a tree of aliases or brackets is refused, not unfolded") {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i)
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) +
            ", *a" + std::to_string(i - 1) + ", *a" + std::to_string(i - 1) + ", *a" +
            std::to_string(i - 1) + ", *a" + std::to_string(i - 1) + "]\n";
  CHECK_FALSE(http::parse_web_config(bomb, "web.yml"));
  CHECK_FALSE(http::parse_web_config(std::string(100'000, '['), "web.yml"));
  CHECK_FALSE(http::parse_web_config(std::string("a\0: b", 5), "web.yml"));
}

TEST_CASE("what the toolkit takes is taken, and a warning says what is unwise in it") {
  struct Row {
    std::string yaml;
    std::string warning;  // empty: none
  };
  const std::string tls = "tls_server_config: {cert_file: a, key_file: b, client_auth_type: ";
  const std::string hash = "$aaaaaaaaaaaaaaaaaaaaaOGY9KrC7e/pHj3EXQPxs8hKEBbvQhsvG}\n";
  const Row rows[] = {
      {tls + "RequireAndVerifyClientCert}\n",
       "web.yml:1:66: tls_server_config.client_auth_type: lets in everybody with a certificate of "
       "any authority that this system trusts, because there is no client_ca_file"},
      {tls + "VerifyClientCertIfGiven}\n",
       "web.yml:1:66: tls_server_config.client_auth_type: lets in everybody with a certificate of "
       "any authority that this system trusts, because there is no client_ca_file"},
      {tls + "RequireAnyClientCert}\n", ""},
      {"basic_auth_users: {alice: $2y$14" + hash, ""},
      {"basic_auth_users: {alice: $2y$18" + hash,
       "web.yml:1:27: basic_auth_users.alice: has a cost of 18: a login takes seconds to years, "
       "wise: at most 14"},
      {"rate_limit: {interval: 1s, burst: 0}\n",
       "web.yml:1:13: rate_limit: has a burst of 0, which lets nobody in"},
      {"rate_limit: {interval: 1s}\n",
       "web.yml:1:13: rate_limit: has a burst of 0, which lets nobody in"},
      {"rate_limit: {interval: 0, burst: 0}\n", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.yaml);
    const auto config = http::parse_web_config(row.yaml, "web.yml");
    REQUIRE(config);
    REQUIRE(config->warnings.size() == (row.warning.empty() ? 0 : 1));
    if (!row.warning.empty()) CHECK(base::to_string(config->warnings[0]) == row.warning);
  }
}

}  // namespace
}  // namespace reinfer::tests::web_config_test
