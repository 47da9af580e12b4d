#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include "config/load_plan.h"
#include "tests/unit/source_path.h"

namespace reinfer::tests::config_bad_test {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

std::optional<std::string> inspect(const model::TokenSource& source) {
  if (source.name == "NOT_SET" || source.oauth.client_secret.name == "NOT_SET")
    return "the variable NOT_SET is not set";
  return std::nullopt;
}

// The problems as a user reads them, with folders cut off file names: they differ between machines.
std::string problems_of(const fs::path& path) {
  const auto plan = config::load_plan(path.string(), inspect);
  if (plan) return "none\n";
  const std::string folder = path.parent_path().string() + "/";
  std::string result;
  for (base::Problem problem : plan.error()) {
    problem.file = path.filename().string();
    std::string line = base::to_string(problem);
    for (auto at = line.find(folder); at != std::string::npos; at = line.find(folder))
      line.erase(at, folder.size());
    result += line + "\n";
  }
  return result;
}

std::vector<fs::path> bad_configs() {
  std::vector<fs::path> result;
  for (const auto& entry : fs::directory_iterator(source_path("tests/bad_configs")))
    if (entry.path().extension() == ".toml") result.push_back(entry.path());
  std::sort(result.begin(), result.end());
  return result;
}

TEST_CASE("every bad configuration is answered with the problems written beside it") {
  const std::vector<fs::path> paths = bad_configs();
  CHECK(paths.size() >= 35);
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

TEST_CASE("problems are in file order and none is reported twice") {
  for (const fs::path& path : bad_configs()) {
    CAPTURE(path.filename().string());
    const auto plan = config::load_plan(path.string(), inspect);
    REQUIRE_FALSE(plan);
    const base::Problems& problems = plan.error();
    for (std::size_t i = 1; i < problems.size(); ++i) {
      const base::Problem& a = problems[i - 1];
      const base::Problem& b = problems[i];
      CHECK(std::tie(a.line, a.column) <= std::tie(b.line, b.column));
      CHECK_FALSE(a == b);
    }
  }
}

TEST_CASE("a file that cannot be read is one problem without a place") {
  const auto missing = config::load_plan("/no/such/file.toml", inspect);
  REQUIRE_FALSE(missing);
  REQUIRE(missing.error().size() == 1);
  CHECK(base::to_string(missing.error()[0]) ==
        "/no/such/file.toml: cannot be read: No such file or directory");
  const auto folder = config::load_plan("/tmp", inspect);
  REQUIRE_FALSE(folder);
  CHECK(base::to_string(folder.error().at(0)) == "/tmp: cannot be read: is a directory");
}

TEST_CASE("text beyond the size limit is refused unread") {
  const std::string text(8 * 1024 * 1024 + 1, '#');
  const auto plan = config::parse_plan(text, "big.toml", inspect);
  REQUIRE_FALSE(plan);
  CHECK(base::to_string(plan.error().at(0)) == "big.toml: is too large, allowed: at most 8 MiB");
}

TEST_CASE("a device is no configuration file") {
  const auto plan = config::load_plan("/dev/zero", inspect);
  REQUIRE_FALSE(plan);
  CHECK(base::to_string(plan.error().at(0)) == "/dev/zero: cannot be read: is not a regular file");
}

TEST_CASE("a secret that stands in the file by mistake is not repeated in a problem") {
  for (const fs::path& path : bad_configs()) {
    CAPTURE(path.filename().string());
    const std::string problems = problems_of(path);
    for (const std::string_view secret : {"0123456789abcdef", "hunter2", "eyJhbGciOi", "s3cr3t"})
      CHECK(problems.find(secret) == std::string::npos);
  }
}

}  // namespace
}  // namespace reinfer::tests::config_bad_test
