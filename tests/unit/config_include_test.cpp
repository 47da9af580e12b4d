#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "config/load_plan.h"

namespace reinfer::tests::config_include_test {
namespace {

namespace fs = std::filesystem;

std::optional<std::string> all_tokens_are_there(const model::TokenSource&) {
  return std::nullopt;
}

std::string tenant(const std::string& name) {
  return fmt::format(
      "[[tenant]]\nname = \"{0}\"\nbase_url = \"https://{0}.reinfer.io\"\ntoken_file = "
      "\"token\"\n[[tenant.probe]]\nuse = \"projects\"\n",
      name);
}

// A folder of configuration files that is gone afterwards.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "reinfer-include-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name) << text;
  }
  void remove(const std::string& name) const { fs::remove(path_ / name); }
  std::string path(const std::string& name) const { return (path_ / name).string(); }

  tl::expected<model::Plan, base::Problems> load() const {
    return config::load_plan(path("main.toml"), all_tokens_are_there);
  }
  // One a line, without the folder.
  std::string problems() const {
    const auto plan = load();
    if (plan) return "";
    std::string all;
    for (const base::Problem& problem : plan.error())
      all += base::to_string(problem) + "\n";
    const std::string prefix = path_.string() + "/";
    for (auto at = all.find(prefix); at != std::string::npos; at = all.find(prefix))
      all.erase(at, prefix.size());
    return all;
  }

 private:
  fs::path path_;
};

std::vector<std::string> tenant_names(const model::Plan& plan) {
  std::vector<std::string> names;
  for (const model::Tenant& tenant : plan.tenants())
    names.push_back(tenant.name);
  return names;
}

TEST_CASE("tenants are added by files, in the order of the patterns and of the names") {
  const Folder folder;
  folder.write("main.toml",
               "include = [\"tenants.d/*.toml\", \"last.toml\"]\n[defaults]\ninterval = \"1m\"\n" +
                   tenant("main"));
  folder.write("tenants.d/b.toml", tenant("b1") + tenant("b2"));
  folder.write("tenants.d/a.toml", tenant("a"));
  folder.write("tenants.d/a.toml.bak", "not looked at");
  folder.write("last.toml",
               tenant("last") + "[[control]]\nname = \"web\"\nurl = \"https://example.com/\"\n");
  const auto plan = folder.load();
  CHECK(folder.problems().empty());
  REQUIRE(plan);
  CHECK(tenant_names(*plan) == std::vector<std::string>{"main", "a", "b1", "b2", "last"});
  CHECK(plan->controls().size() == 1);
  // Defaults of the first file hold everywhere; a path starts where it is written.
  CHECK(plan->targets()[1].interval == std::chrono::minutes(1));
  CHECK(plan->tenants()[1].token.name == folder.path("tenants.d/token"));
  CHECK(plan->tenants()[0].token.name == folder.path("token"));
}

TEST_CASE("a folder without files is fine, a file that is named must be there") {
  const Folder folder;
  folder.write("main.toml", "include = [\"tenants.d/*.toml\"]\n" + tenant("main"));
  CHECK(folder.load());
  folder.write("main.toml", "include = [\"more.toml\"]\n" + tenant("main"));
  CHECK(folder.problems() ==
        "main.toml:1:12: include: more.toml cannot be read: No such file or directory\n");
}

TEST_CASE("a file is read once, whoever names it, and never includes itself") {
  const Folder folder;
  folder.write("main.toml", "include = [\"*.toml\", \"./a.toml\"]\n" + tenant("main"));
  folder.write("a.toml", tenant("a"));
  const auto plan = folder.load();
  REQUIRE(plan);
  CHECK(tenant_names(*plan) == std::vector<std::string>{"main", "a"});
}

TEST_CASE("problems of all files are told at once, each with its own place") {
  const Folder folder;
  folder.write("main.toml", "include = [\"tenants.d/*\"]\n" + tenant("main"));
  folder.write("tenants.d/a.toml", "include = [\"more\"]\n[limits]\nseries_max = 5\n" +
                                       tenant("main") + "[surprise]\n");
  folder.write("tenants.d/b.toml", "[[tenant]\n");
  CHECK(folder.problems() ==
        "tenants.d/a.toml:1:1: include: does not belong into an included file, allowed: "
        "[[tenant]] and [[control]]\n"
        "tenants.d/a.toml:2:2: limits: does not belong into an included file, allowed: "
        "[[tenant]] and [[control]]\n"
        "tenants.d/a.toml:5:1: tenant.name: is \"main\", which main.toml:3 has taken, allowed: "
        "another name\n"
        "tenants.d/a.toml:10:2: surprise: is not a key of this file, allowed: tenant, control\n"
        "tenants.d/b.toml:1:10: is not valid TOML: while parsing table header: expected ']', saw "
        "'\\n'\n");
}

TEST_CASE("an include that is no list of patterns is refused") {
  const Folder folder;
  folder.write("main.toml", "include = \"tenants.d/*.toml\"\n" + tenant("main"));
  CHECK(folder.problems().find("main.toml:1:1: include: ") == 0);
  folder.write("main.toml", "include = [\"\"]\n" + tenant("main"));
  CHECK(folder.problems().find("contains an empty string") != std::string::npos);
}

TEST_CASE("the fingerprint tells a change of any file, and nothing else") {
  const Folder folder;
  folder.write("main.toml", "include = [\"tenants.d/*.toml\"]\n" + tenant("main"));
  folder.write("tenants.d/a.toml", tenant("a"));
  const auto now = [&] {
    return config::fingerprint(config::read_config_files(folder.path("main.toml")));
  };
  const auto before = now();
  CHECK(now() == before);
  folder.write("tenants.d/a.toml", tenant("a") + "# changed\n");
  const auto changed = now();
  CHECK(changed != before);
  folder.write("tenants.d/b.toml", tenant("b"));
  CHECK(now() != changed);
  folder.remove("tenants.d/b.toml");
  CHECK(now() == changed);
  folder.remove("main.toml");
  CHECK(now() != changed);
}

TEST_CASE("a file that is too large is refused without reading all of it") {
  const Folder folder;
  folder.write("main.toml", "");
  // Sparse: reading all of it would take a terabyte of memory.
  fs::resize_file(folder.path("main.toml"), std::uintmax_t{1} << 40);
  CHECK(folder.problems() == "main.toml: is too large, allowed: at most 8 MiB\n");
}

TEST_CASE("a file's text takes about the memory that it needs") {
  const Folder folder;
  for (const std::size_t size : {std::size_t{300}, std::size_t{300'000}}) {
    folder.write("main.toml", std::string(size, '#'));
    const std::vector<config::ConfigFile> files =
        config::read_config_files(folder.path("main.toml"));
    REQUIRE(files.front().text);
    CHECK(files.front().text->size() == size);
    CHECK(files.front().text->capacity() <= 2 * size);
  }
}

TEST_CASE("the name of a file that is missing moves no terminal's cursor") {
  const Folder folder;
  folder.write("main.toml", "include = [\"a\\u001bc\\tb.toml\"]\n" + tenant("main"));
  CHECK(folder.problems() ==
        "main.toml:1:12: include: a c b.toml cannot be read: No such file or directory\n");
}

}  // namespace
}  // namespace reinfer::tests::config_include_test
