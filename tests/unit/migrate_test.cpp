#include <doctest/doctest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "config/load_plan.h"
#include "migrate/imported_toml.h"
#include "migrate/target_url.h"
#include "tests/unit/goldens.h"
#include "tests/unit/source_path.h"

namespace reinfer::tests::migrate_test {
namespace {

std::string file(const std::string& name) {
  std::ostringstream text;
  text << std::ifstream(source_path("tests/unit/blackbox/" + name)).rdbuf();
  REQUIRE(!text.str().empty());
  return text.str();
}

migrate::Imported imported(const std::string& blackbox, const std::string& prometheus) {
  const auto modules = migrate::read_modules(blackbox, "blackbox.yml");
  const auto jobs = migrate::read_scrape_jobs(prometheus, "prometheus.yml");
  REQUIRE(modules.has_value());
  REQUIRE(jobs.has_value());
  return migrate::import_jobs(*modules, *jobs, "blackbox.yml", "prometheus.yml");
}

// Files that the configuration names are on another machine.
std::string without_files(const std::string& toml) {
  std::istringstream lines(toml);
  std::string kept;
  for (std::string line; std::getline(lines, line);)
    if (!line.starts_with("ca_file") && !line.starts_with("client_certificate") &&
        !line.starts_with("client_key"))
      kept += line + "\n";
  return kept;
}

TEST_CASE("files of a blackbox_exporter become the configurations written beside them") {
  for (const std::string name : {"common", "tokens", "requests"}) {
    CAPTURE(name);
    const migrate::Imported made =
        imported(file(name + ".blackbox.yml"), file(name + ".prometheus.yml"));
    check_golden("import_" + name + ".toml", made.toml);
    const auto plan = config::parse_plan(without_files(made.toml), "t.toml",
                                         [](const model::TokenSource&) { return std::nullopt; });
    REQUIRE_MESSAGE(plan.has_value(), base::to_string(plan.error().front()));
    CHECK(plan->tenants().size() == made.tenants);
    CHECK(plan->targets().size() == made.probes);
    for (const char* secret :
         {"the-secret-of-acme", "another-secret", "never-to-be-copied", "hunter2", "hunter3"})
      CHECK(made.toml.find(secret) == std::string::npos);
  }
}

struct BadFile {
  const char* text;
  const char* problem;
};

TEST_CASE("a file that is none of a blackbox_exporter is said to be so with its place") {
  const BadFile rows[] = {
      {"modules: [", "b.yml:1:1: is not YAML: end of sequence flow not found"},
      {"",
       "b.yml: modules: is missing, allowed: the configuration of a blackbox_exporter, with "
       "modules by name"},
      {"modules: []",
       "b.yml: modules: is missing, allowed: the configuration of a "
       "blackbox_exporter, with modules by name"},
      {"modules:\n  a: {http: {preferred_ip_protocol: ip4, preferred_ip_protocol: ip4}}",
       "b.yml:2:42: preferred_ip_protocol: is given for the second time"},
      {"modules:\n  a: {}\n  a: {}", "b.yml:3:3: a: is given for the second time"},
  };
  for (const BadFile& row : rows) {
    CAPTURE(row.text);
    const auto modules = migrate::read_modules(row.text, "b.yml");
    REQUIRE_FALSE(modules.has_value());
    CHECK(base::to_string(modules.error()) == std::string(row.problem));
  }
  const auto jobs = migrate::read_scrape_jobs("global: {}", "p.yml");
  REQUIRE_FALSE(jobs.has_value());
  CHECK(base::to_string(jobs.error()) ==
        "p.yml: scrape_configs: is missing, allowed: the configuration of a Prometheus with a "
        "list of jobs");
  const auto repeated = migrate::read_scrape_jobs("scrape_configs:\n- {a: 1, a: 2}", "p.yml");
  REQUIRE_FALSE(repeated.has_value());
  CHECK(base::to_string(repeated.error()) == "p.yml:2:10: a: is given for the second time");
}

TEST_CASE("files that have nothing to do with the API import nothing") {
  const migrate::Imported made =
      imported("modules: {http_2xx: {prober: http}}",
               "scrape_configs: [{job_name: a, params: {module: [http_2xx]}, static_configs: "
               "[{targets: [\"https://www.example.com\"]}]}]");
  CHECK(made.tenants == 0);
  CHECK(made.probes == 0);
}

TEST_CASE("values of a kind that nobody expects do no harm") {
  for (const char* blackbox :
       {"modules: {a: 1}", "modules: {a: {prober: http, http: [1, 2]}}",
        "modules: {a: {prober: [http], timeout: {}}}",
        "modules: {a: {prober: http, http: {headers: 1, valid_status_codes: x, tls_config: 2, "
        "oauth2: [], authorization: [], method: {}}}}"})
    for (const char* prometheus :
         {"scrape_configs: [1, a, [], {}]", "scrape_configs: [{params: {module: {}}}]",
          "scrape_configs: [{params: {module: a, target: 7}, static_configs: 1, relabel_configs: "
          "x}]",
          "scrape_configs: [{job_name: [], scrape_interval: {}, params: {module: a}, "
          "static_configs: [1, {targets: {}, labels: []}, {targets: [reinfer.io, {}]}]}]"}) {
      CAPTURE(blackbox);
      CAPTURE(prometheus);
      CHECK(imported(blackbox, prometheus).tenants <= 1);
    }
}

TEST_CASE("a job with a target of the API is imported or noted, however it names its module") {
  const auto with = [](const std::string& job) {
    return imported("modules: {http_2xx: {prober: http, timeout: 5s}}",
                    "scrape_configs: [{job_name: a, static_configs: [{targets: "
                    "[\"https://acme.reinfer.io\"]" +
                        job);
  };
  CHECK(with("}], metrics_path: /probe}]").probes == 1);
  for (const char* job :
       {"}]}]", "}], params: {}}]", "}], metrics_path: /metrics}]",
        ", labels: {__param_module: http_2xx}}], metrics_path: /probe}]",
        "}], metrics_path: /probe, relabel_configs: [{target_label: __param_module}]}]"}) {
    CAPTURE(job);
    const migrate::Imported made = with(job);
    CHECK(made.tenants == 0);
    REQUIRE(made.notes.size() == 1);
    CHECK(made.notes.front().find(": job a: asks for a tenant of the API") != std::string::npos);
  }
}

struct UrlRow {
  const char* url;
  const char* base;  // empty: no tenant
  const char* path;
  bool became_https;
};

TEST_CASE("a target is a tenant in the forms that base URLs have") {
  const UrlRow rows[] = {
      {"https://cloud.uipath.com/a/b/reinfer_/api/v1/x", "https://cloud.uipath.com/a/b/reinfer_",
       "/api/v1/x", false},
      {"https://cloud.uipath.com/a/b/reinfer_", "https://cloud.uipath.com/a/b/reinfer_", "", false},
      {"https://cloud.uipath.com/a/b/reinfer_/", "https://cloud.uipath.com/a/b/reinfer_", "",
       false},
      {"https://acme.reinfer.io/api/v1/x?y=z#f", "https://acme.reinfer.io", "/api/v1/x?y=z", false},
      {"http://reinfer.io", "https://reinfer.io", "", true},
      {"reinfer.io/api", "https://reinfer.io", "/api", true},
      {"https://cloud.uipath.com/a/b/portal_", "", "", false},
      {"https://www.example.com", "", "", false},
      {"", "", "", false},
  };
  for (const UrlRow& row : rows) {
    CAPTURE(row.url);
    const auto url = migrate::parse_target(row.url);
    CHECK((url ? url->base.url : "") == row.base);
    if (!url) continue;
    CHECK(url->path == row.path);
    CHECK(url->became_https == row.became_https);
  }
}

}  // namespace
}  // namespace reinfer::tests::migrate_test
