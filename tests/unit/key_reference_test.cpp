#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include "config/catalogue.h"
#include "config/document.h"
#include "config/key_reference.h"
#include "config/load_plan.h"
#include "config/read.h"
#include "tests/unit/source_path.h"

namespace reinfer::tests::key_reference_test {
namespace {

using config::KeyRow;
using config::KeyTable;

constexpr const char* kMark = "<!-- generated -->\n";
// Keys of [defaults] that are settings of a tenant's way, not of a probe.
const std::set<std::string> kOfTheNetwork = {"proxy_url", "no_proxy", "ca_file", "ip_family",
                                             "http2"};

const KeyTable& table_of(std::string_view path) {
  const auto tables = config::key_tables();
  const auto found = std::find_if(tables.begin(), tables.end(),
                                  [&](const KeyTable& table) { return table.path == path; });
  REQUIRE(found != tables.end());
  return *found;
}

std::vector<std::string> described_keys(const KeyTable& table) {
  std::vector<std::string> keys;
  for (const KeyRow& row : config::rows_of(table.path))
    keys.emplace_back(row.key);
  if (!table.also.empty())
    for (const KeyRow& row : config::rows_of(table.also))
      if (table.path == "tenant" || kOfTheNetwork.count(std::string(row.key)) == 0)
        keys.emplace_back(row.key);
  std::sort(keys.begin(), keys.end());
  return keys;
}

TEST_CASE("every key that a table may have is described, and no other") {
  for (const KeyTable& table : config::key_tables()) {
    CAPTURE(table.path);
    CHECK(config::known_keys(table) == described_keys(table));
  }
  for (const KeyRow& row : config::key_rows()) {
    CAPTURE(row.key);
    table_of(row.table);
    CHECK(row.default_value.empty() != row.absence.empty());
    CHECK_FALSE(row.meaning.empty());
  }
}

TEST_CASE("what is allowed for a key is what the reader says") {
  CHECK(config::allowed_for(table_of("limits"), "series_max") == "an integer from 1 to 10000000");
  CHECK(config::allowed_for(table_of("defaults"), "interval") == "a duration from 1s to 1d");
  CHECK(config::allowed_for(table_of("defaults"), "http2") == "true or false");
  CHECK(config::allowed_for(table_of("defaults"), "connection") == "\"fresh\" or \"reuse\"");
  for (const KeyRow& row : config::key_rows()) {
    CAPTURE(row.table);
    CAPTURE(row.key);
    CHECK_FALSE(config::allowed_for(table_of(row.table), row.key).empty());
  }
}

TEST_CASE("examples and defaults of the reference are values that the reader takes") {
  for (const KeyRow& row : config::key_rows())
    for (const std::string_view value : {row.example, row.default_value}) {
      if (value.empty()) continue;
      const KeyTable& table = table_of(row.table);
      const std::string toml =
          std::string(table.lead) + std::string(row.key) + " = " + std::string(value) + "\n";
      CAPTURE(toml);
      const auto document = config::parse_document(toml, "t.toml");
      REQUIRE(document.has_value());
      base::ProblemList problems("t.toml");
      config::read_config(*document, problems);
      CHECK(problems.empty());
    }
}

TEST_CASE("a default of the reference is what holds without the key") {
  const std::string tenant =
      "[[tenant]]\nname = \"t\"\nbase_url = \"https://t.reinfer.io\"\ntoken_env = \"T\"\n";
  const std::string probe = "[[tenant.probe]]\nuse = \"projects\"\n";
  const std::string own = "[[tenant.probe]]\nname = \"own\"\npath = \"/api/v1/own\"\n";
  const std::string control = "[[control]]\nname = \"c\"\nurl = \"https://www.example.com\"\n";
  const auto plan_of = [](const std::string& toml) {
    CAPTURE(toml);
    const auto plan =
        config::parse_plan(toml, "t.toml", [](const model::TokenSource&) { return std::nullopt; });
    REQUIRE_MESSAGE(plan.has_value(), base::to_string(plan.error().front()));
    return *plan;
  };
  const std::string weekly = "[[tenant.maintenance]]\nweekly = \"sat 22:00\"\nduration = \"6h\"\n";
  const std::string expecting = "expect.key = \"k\"\n";
  // Where the line of a key goes: what comes before it, and what after it.
  const std::vector<std::tuple<std::string, std::string, std::string>> places = {
      {"limits", "[limits]\n", tenant + probe},
      {"storage", "[storage]\n", tenant + probe},
      {"defaults", "[defaults]\n", tenant + probe},
      {"defaults.slo", tenant + "slo.availability = 99\nslo.", probe},
      {"tenant", tenant, probe},
      {"tenant.maintenance", tenant + weekly, probe},
      {"tenant.probe", tenant + own, ""},
      {"tenant.probe.expect", tenant + own + expecting + "expect.", ""},
      {"control", tenant + probe + control, ""},
  };
  for (const KeyRow& row : config::key_rows()) {
    if (row.default_value.empty()) continue;
    CAPTURE(row.key);
    const auto place = std::find_if(places.begin(), places.end(), [&](const auto& candidate) {
      return std::get<0>(candidate) == row.table;
    });
    REQUIRE(place != places.end());
    const auto& [table, before, after] = *place;
    // The last line of `before` may begin the key's own.
    const std::string without = before.substr(0, before.rfind('\n') + 1);
    CHECK(plan_of(before + std::string(row.key) + " = " + std::string(row.default_value) + "\n" +
                  after) == plan_of(without + after));
  }
}

// The file ends with what the program makes; the goldens' variable writes it.
void check_document(const std::string& name, const std::string& made) {
  const std::string path = source_path(name);
  std::ostringstream read;
  read << std::ifstream(path).rdbuf();
  const std::string text = read.str();
  const auto mark = text.find(kMark);
  REQUIRE(mark != std::string::npos);
  const std::string written = text.substr(0, mark) + kMark + "\n" + made;
  if (std::getenv("REINFER_UPDATE_GOLDENS") != nullptr) std::ofstream(path) << written;
  std::ostringstream now;
  now << std::ifstream(path).rdbuf();
  CHECK(now.str() == written);
}

TEST_CASE("config/README.md holds the reference of keys that the program makes") {
  check_document("config/README.md", config::key_reference_markdown());
}

TEST_CASE("config/probes.md holds the catalogue that the program makes") {
  for (const config::CatalogueEntry& entry : config::catalogue()) {
    CAPTURE(entry.id);
    CHECK_FALSE(entry.permission.empty());
    CHECK_FALSE(entry.cost.empty());
    CHECK((entry.cost.find("MONEY") != std::string_view::npos) == entry.needs_accept_cost);
  }
  check_document("config/probes.md", config::catalogue_markdown());
}

}  // namespace
}  // namespace reinfer::tests::key_reference_test
