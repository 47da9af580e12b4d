#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "base/random.h"
#include "base/spelling.h"
#include "config/load_plan.h"
#include "tests/unit/source_path.h"

namespace reinfer::tests::config_plan_test {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

std::optional<std::string> any_token(const model::TokenSource&) {
  return std::nullopt;
}

std::string text_of(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

std::string shipped(const std::string& name) {
  return text_of(fs::path(source_path("config")) / name);
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

// A folder that is gone after the test.
class Folder {
 public:
  Folder()
      : path_(fs::temp_directory_path() /
              base::Random(base::Random::seed_from_kernel()).next_uuid()) {
    fs::create_directories(path_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(path_); }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

// One tenant with the lines given, and one probe.
std::string tenant_with(const std::string& defaults, const std::string& tenant,
                        const std::string& probe) {
  return defaults +
         "\n[[tenant]]\nname = \"acme\"\nbase_url = \"https://acme.reinfer.io\"\n"
         "token_env = \"ACME_TOKEN\"\n" +
         tenant + "\n[[tenant.probe]]\nuse = \"projects\"\n" + probe + "\n";
}

TEST_CASE("a plan without settings has the values built in") {
  const model::Plan plan = plan_of(tenant_with("", "", ""));
  CHECK(plan.limits() == model::PlanLimits{256, 200000});
  REQUIRE(plan.tenants().size() == 1);
  const model::Tenant& tenant = plan.tenants()[0];
  CHECK(tenant.name == "acme");
  CHECK(tenant.base_url == "https://acme.reinfer.io");
  CHECK(tenant.onboarding == model::Onboarding::reinfer);
  CHECK(tenant.token == model::TokenSource::environment("ACME_TOKEN"));
  CHECK(tenant.network.ca_file.empty());
  REQUIRE(plan.targets().size() == 1);
  const model::Target& target = plan.targets()[0];
  CHECK(target.tenant == model::TenantIndex{0});
  CHECK(target.tenant_name == "acme");
  CHECK(target.probe == "projects");
  CHECK(target.method == "GET");
  CHECK(target.url == "https://acme.reinfer.io/api/v1/projects");
  CHECK(target.body.empty());
  CHECK(target.expectation ==
        model::Expectation{std::nullopt, "projects", model::JsonType::array, std::nullopt});
  CHECK(target.interval == 30s);
  CHECK(target.deadlines == model::Deadlines{10s, 5s, 5s, 5s});
  CHECK(target.connection == model::ConnectionMode::fresh);
  CHECK(target.body_bytes_max == 1048576);
  CHECK(target.buckets == std::vector<double>{0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25,
                                              0.375, 0.5, 0.75, 1, 1.5, 2, 2.5, 5, 10, 30});
  for (std::size_t i = 1; i < target.buckets.size(); ++i)
    if (target.buckets[i - 1] >= 0.05 && target.buckets[i] <= 2.5)
      CHECK(target.buckets[i] / target.buckets[i - 1] <= 1.5 + 1e-9);
}

TEST_CASE("the setting nearest to the probe counts") {
  struct Row {
    std::string defaults, tenant, probe;
    base::Nanoseconds interval;
  };
  const std::string d = "[defaults]\ninterval = \"40s\"";
  const std::string t = "interval = \"50s\"";
  const std::string p = "interval = \"60s\"";
  const Row rows[] = {{"", "", "", 30s}, {d, "", "", 40s}, {d, t, "", 50s}, {d, t, p, 60s},
                      {"", t, "", 50s},  {"", t, p, 60s},  {d, "", p, 60s}, {"", "", p, 60s}};
  for (const Row& row : rows) {
    const model::Plan plan = plan_of(tenant_with(row.defaults, row.tenant, row.probe));
    CHECK(plan.targets()[0].interval == row.interval);
  }
}

TEST_CASE("every setting can be set at every level") {
  const std::string settings =
      "interval = \"20s\"\ntimeout = \"8s\"\nresolve_timeout = \"1s\"\nconnect_timeout = \"2s\"\n"
      "tls_timeout = \"3s\"\nconnection = \"reuse\"\nbody_bytes_max = 7\nbuckets = [\"1s\"]\n";
  for (const std::string& toml : {tenant_with("[defaults]\n" + settings, "", ""),
                                  tenant_with("", settings, ""), tenant_with("", "", settings)}) {
    const model::Target target = plan_of(toml).targets()[0];
    CHECK(target.interval == 20s);
    CHECK(target.deadlines == model::Deadlines{8s, 1s, 2s, 3s});
    CHECK(target.connection == model::ConnectionMode::reuse);
    CHECK(target.body_bytes_max == 7);
    CHECK(target.buckets == std::vector<double>{1});
  }
}

TEST_CASE("a shorter timeout near the probe caps the stages set farther away") {
  const model::Plan plan =
      plan_of(tenant_with("[defaults]\nconnect_timeout = \"4s\"", "", "timeout = \"1500ms\""));
  CHECK(plan.targets()[0].deadlines == model::Deadlines{1500ms, 1500ms, 1500ms, 1500ms});
}

TEST_CASE("an interval of just the timeout is allowed") {
  const model::Plan plan = plan_of(tenant_with("", "", "interval = \"10s\""));
  CHECK(plan.targets()[0].interval == 10s);
}

TEST_CASE("tenants and probes stay in file order and labels are united") {
  const model::Plan plan = plan_of(R"(
[[tenant]]
name = "zeta"
base_url = "https://zeta.reinfer.io"
token_env = "A"
labels = { region = "eu", team = "M\u00fcnster \"x\"" }
[[tenant.probe]]
use = "sources"
[[tenant.probe]]
use = "datasets"
[[tenant]]
name = "alpha"
base_url = "https://cloud.uipath.com/o/t/reinfer_/"
token_env = "B"
[tenant.labels]
environment = "test"
[[tenant.probe]]
use = "projects"
)");
  CHECK(plan.label_names() == std::vector<std::string>{"environment", "region", "team"});
  CHECK(plan.tenants().at(0).label_values ==
        std::vector<std::string>{"", "eu", "M\xc3\xbcnster \"x\""});
  CHECK(plan.tenants().at(1).label_values == std::vector<std::string>{"test", "", ""});
  REQUIRE(plan.targets().size() == 3);
  CHECK(plan.targets()[0].probe == "sources");
  CHECK(plan.targets()[1].probe == "datasets");
  CHECK(plan.targets()[2].tenant_name == "alpha");
  CHECK(plan.targets()[2].tenant == model::TenantIndex{1});
  CHECK(plan.targets()[2].url == "https://cloud.uipath.com/o/t/reinfer_/api/v1/projects");
}

TEST_CASE("a probe of one's own carries its request and its expectation") {
  const model::Plan plan = plan_of(tenant_with("", "", "") + R"(
[[tenant.probe]]
name = "gone"
path = "/api/v1/projects/gone?a=b//c"
expect = { status = 404 }
[[tenant.probe]]
name = "count"
method = "POST"
path = "/api/v1/sources/p/s/statistics"
body = '{"a": [1]}'
expect = { key = "statistics", type = "array", length = 0 }
)");
  REQUIRE(plan.targets().size() == 3);
  CHECK(plan.targets()[1].url == "https://acme.reinfer.io/api/v1/projects/gone?a=b//c");
  CHECK(plan.targets()[1].expectation ==
        model::Expectation{404, "", model::JsonType::any, std::nullopt});
  CHECK(plan.targets()[2].method == "POST");
  CHECK(plan.targets()[2].body == "{\"a\": [1]}");
  CHECK(plan.targets()[2].expectation ==
        model::Expectation{std::nullopt, "statistics", model::JsonType::array, 0});
}

TEST_CASE("a probe that costs runs with consent and a long interval") {
  const model::Plan plan = plan_of(tenant_with("", "", "") + R"(
[[tenant.probe]]
use = "predict"
project = "p"
dataset = "id:00ff"
model_version = 7
interval = "5m"
accept_cost = true
)");
  CHECK(plan.targets().at(1).url ==
        "https://acme.reinfer.io/api/v1/datasets/p/id:00ff/labellers/7/predict");
}

TEST_CASE("relative paths start at the folder of the configuration") {
  const Folder folder;
  fs::create_directories(folder.path() / "etc");
  std::ofstream(folder.path() / "ca.pem") << "certificates";
  const std::string file = (folder.path() / "etc" / "x.toml").string();
  std::ofstream(file) << "[[tenant]]\nname = \"a\"\nbase_url = \"https://a.reinfer.io\"\n"
                         "token_file = \"tokens/a\"\nca_file = \"../ca.pem\"\n"
                         "[[tenant.probe]]\nuse = \"projects\"\n";
  const auto plan = config::load_plan(file, any_token);
  REQUIRE_MESSAGE(plan, all_problems(plan.error()));
  CHECK(plan->tenants()[0].network.ca_file == (folder.path() / "ca.pem").string());
  CHECK(plan->tenants()[0].token.kind == model::TokenSource::Kind::file);
  CHECK(plan->tenants()[0].token.name == (folder.path() / "etc/tokens/a").string());
  CHECK(plan->tenants()[0].token.place == file + ":4:1");
}

TEST_CASE("a folder is not a file of certificates") {
  const auto plan =
      config::parse_plan(tenant_with("", "ca_file = \"/tmp\"", ""), "t.toml", any_token);
  REQUIRE_FALSE(plan);
  CHECK(all_problems(plan.error()) ==
        "t.toml:6:1: tenant.ca_file: \"/tmp\" cannot be read: is a directory, allowed: a readable "
        "file of certificates in PEM form\n");
}

TEST_CASE("a tilde is a letter of names and nobody's home folder") {
  CHECK(plan_of(tenant_with("", "", "")).targets().size() == 1);
  std::string toml = tenant_with("", "", "");
  toml.replace(toml.find("token_env"), 9, "token_file");
  const auto with_token = [&](const std::string& path) {
    std::string changed = toml;
    changed.replace(changed.find("ACME_TOKEN"), 10, path);
    return config::parse_plan(changed, "test.toml", any_token);
  };
  CHECK_FALSE(with_token("~/token"));
  CHECK_FALSE(with_token("~"));
  CHECK(with_token("~token"));
  CHECK(with_token("a~b/~"));
}

TEST_CASE("two problems in one file are both reported") {
  const auto plan = config::parse_plan(tenant_with("[defaults]\ntimeout = 3", "ca_file = 4", ""),
                                       "t.toml", any_token);
  REQUIRE_FALSE(plan);
  REQUIRE(plan.error().size() == 2);
  CHECK(base::to_string(plan.error()[0]) ==
        "t.toml:2:1: defaults.timeout: is an integer, allowed: a duration such as \"1500ms\", "
        "\"30s\", \"1m30s\", \"2h\" or \"1d\"");
  CHECK(base::to_string(plan.error()[1]) ==
        "t.toml:7:1: tenant.ca_file: is an integer, allowed: a string");
}

TEST_CASE("a setting that several probes inherit is reported once") {
  const auto plan = config::parse_plan(
      tenant_with("[defaults]\ntimeout = \"1m\"", "", "") + "[[tenant.probe]]\nuse = \"sources\"\n",
      "t.toml", any_token);
  REQUIRE_FALSE(plan);
  CHECK(plan.error().size() == 1);
}

TEST_CASE("the inspector is asked about each tenant's token") {
  std::vector<std::string> asked;
  const auto inspect = [&](const model::TokenSource& source) -> std::optional<std::string> {
    asked.push_back(source.name);
    return "no such variable";
  };
  const auto plan = config::parse_plan(tenant_with("", "", ""), "t.toml", inspect);
  REQUIRE_FALSE(plan);
  CHECK(asked == std::vector<std::string>{"ACME_TOKEN"});
  REQUIRE(plan.error().size() == 1);
  CHECK(base::to_string(plan.error()[0]) == "t.toml:5:1: tenant.token_env: no such variable");
}

TEST_CASE("more label names than the limit are refused") {
  std::string labels = "[tenant.labels]\n";
  for (int i = 0; i < 33; ++i)
    labels += fmt::format("l{} = \"x\"\n", i);
  const std::string toml = tenant_with("", labels, "");
  const auto plan = config::parse_plan(toml, "t.toml", any_token);
  REQUIRE_FALSE(plan);
  CHECK(base::to_string(plan.error()[0]) ==
        "t.toml:6:1: tenant.labels: has 33 labels, allowed: at most 32");
}

TEST_CASE("more probes than the limit are refused") {
  std::string toml = tenant_with("", "", "");
  for (int i = 0; i < 20000; ++i)
    toml += fmt::format("[[tenant.probe]]\nname = \"p{}\"\nuse = \"projects\"\n", i);
  const auto plan = config::parse_plan(toml, "t.toml", any_token);
  REQUIRE_FALSE(plan);
  CHECK(all_problems(plan.error()) ==
        "t.toml:2:1: tenant.probe: there are too many, allowed: at most 20000 of all tenants "
        "together\n");
}

TEST_CASE("the documented configuration is valid and shows the defaults") {
  const model::Plan plan = plan_of(shipped("reinfer_exporter.toml"));
  CHECK(plan.limits() == model::PlanLimits{256, 200000});
  const model::Plan bare = plan_of(tenant_with("", "", ""));
  const model::Target& documented = plan.targets().at(0);
  const model::Target& built_in = bare.targets().at(0);
  CHECK(documented.interval == built_in.interval);
  CHECK(documented.deadlines == built_in.deadlines);
  CHECK(documented.connection == built_in.connection);
  CHECK(documented.body_bytes_max == built_in.body_bytes_max);
  CHECK(documented.buckets == built_in.buckets);
}

TEST_CASE("the minimal configuration is valid and short") {
  const std::string text = shipped("minimal.toml");
  const model::Plan plan = plan_of(text);
  CHECK(plan.targets().size() == 2);
  CHECK(plan.tenants().at(0).token.name == "REINFER_TOKEN");
  CHECK(std::count(text.begin(), text.end(), '\n') < 15);
}

TEST_CASE("the demo configuration is valid once its certificate is made") {
  const Folder folder;
  fs::create_directories(folder.path() / "build/demo");
  std::ofstream(folder.path() / "build/demo/ca.pem") << "certificates";
  const model::Plan plan =
      plan_of(shipped("demo.toml"), (folder.path() / "config/demo.toml").string());
  CHECK(plan.tenants().size() == 3);
  CHECK(plan.targets().size() == 8);
  CHECK(plan.tenants()[0].token.name != plan.tenants()[1].token.name);
  CHECK(plan.tenants()[0].token == plan.tenants()[2].token);
  CHECK(plan.tenants()[0].network.ca_file == (folder.path() / "build/demo/ca.pem").string());
  for (const model::Target& target : plan.targets()) {
    CHECK(target.interval >= 2s);
    CHECK(target.interval <= 5s);
  }
}

TEST_CASE("every beginning of the documented configuration is read without harm") {
  const std::string text = shipped("reinfer_exporter.toml");
  for (std::size_t length = 0; length < text.size(); ++length) {
    const auto plan =
        config::parse_plan(std::string_view(text).substr(0, length), "t.toml", any_token);
    CHECK((plan || !plan.error().empty()));
  }
}

TEST_CASE("a damaged configuration is read without harm") {
  const std::string text = shipped("demo.toml");
  const std::uint64_t seed = base::Random::seed_from_kernel();
  CAPTURE(seed);
  base::Random random(seed);
  for (int round = 0; round < 2000; ++round) {
    std::string damaged = text;
    for (int i = 0; i < 3; ++i) {
      const std::size_t at = random.next() % damaged.size();
      damaged[at] = static_cast<char>(random.next() & 0xff);
    }
    const auto plan = config::parse_plan(damaged, "t.toml", any_token);
    CHECK((plan || !plan.error().empty()));
  }
}

TEST_CASE("keys with very many dots are refused") {
  std::string toml = "a";
  for (int i = 0; i < 1000000; ++i)
    toml += ".a";
  const auto plan = config::parse_plan(toml + " = 1", "t.toml", any_token);
  REQUIRE_FALSE(plan);
  CHECK(base::to_string(plan.error()[0]) ==
        "t.toml:1:1: is not valid TOML: the line has too many dots");
}

TEST_CASE("a slip of the finger finds the word that was meant") {
  const std::vector<std::string_view> words = {"interval", "timeout", "tls_timeout", "use"};
  CHECK(base::nearest_word("intervall", words) == "interval");
  CHECK(base::nearest_word("itnerval", words) == "interval");
  CHECK(base::nearest_word("timout", words) == "timeout");
  CHECK(base::nearest_word("usr", words) == "use");
  CHECK_FALSE(base::nearest_word("colour", words));
  CHECK_FALSE(base::nearest_word(std::string(100, 'x'), words));
  CHECK(base::edit_distance("", "abc") == 3);
  CHECK(base::edit_distance("ab", "ba") == 1);
}

TEST_CASE("of many words the nearest are named, the nearest first, however far they are") {
  const std::vector<std::string_view> words = {"acme/search", "acme/dataset", "globex/dataset"};
  CHECK(base::nearest_words("acme/datset", words, 2) ==
        std::vector<std::string_view>{"acme/dataset", "acme/search"});
  CHECK(base::nearest_words("x", words, 9).size() == 3);
  CHECK(base::nearest_words("x", {}, 3).empty());
}

TEST_CASE("YAML given for TOML is told from TOML with a mistake") {
  const auto problem = [](std::string_view text) {
    const auto plan = config::parse_plan(text, "t.toml", any_token);
    REQUIRE_FALSE(plan);
    return base::to_string(plan.error()[0]);
  };
  for (const char* yaml :
       {"modules:\n  http:\n", "---\na: 1\n", "# blackbox\n\n  key: value\n", "- a\n- b\n"}) {
    CAPTURE(yaml);
    CHECK(problem(yaml).starts_with("t.toml:1:1: is YAML, allowed: TOML"));
  }
  for (const char* toml : {"interval = 30s\n", "[tenant\na: 1\n", "\"a: b\" = c\n", "a:b\n"}) {
    CAPTURE(toml);
    CHECK(problem(toml).find("is not valid TOML") != std::string::npos);
  }
}

}  // namespace
}  // namespace reinfer::tests::config_plan_test
