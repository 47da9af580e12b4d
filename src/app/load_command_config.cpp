#include "app/load_command_config.h"

#include <fmt/format.h>

#include <cstdio>
#include <set>

#include "base/text.h"
#include "config/load_plan.h"
#include "credentials/credentials.h"

namespace reinfer {
namespace {

void explain(const Problems& problems, const std::string& path) {
  for (const Problem& problem : problems)
    fmt::print(stderr, "{}\n", to_string(problem));
  fmt::print(stderr, "{} in {}, nothing was started\n", counted(problems.size(), "problem"), path);
}

}  // namespace

std::shared_ptr<const Plan> load_or_explain(const std::string& path) {
  return load_or_explain(read_config_files(path), path);
}

std::shared_ptr<const Plan> load_or_explain(const std::vector<ConfigFile>& files,
                                            const std::string& path) {
  auto plan = make_plan(files, inspect_token);
  if (plan) return std::make_shared<const Plan>(std::move(*plan));
  explain(plan.error(), path);
  return nullptr;
}

bool web_files_are_good(const WebFileNames& names) {
  const auto contents = read_web_files(names);
  if (contents) return true;
  std::set<std::string> files;
  for (const Problem& problem : contents.error())
    files.insert(problem.file);
  explain(contents.error(), fmt::format("{}", fmt::join(files, " and ")));
  return false;
}

}  // namespace reinfer
