#include "app/load_command_config.h"

#include <fmt/format.h>

#include <cstdio>
#include <set>

#include "base/text.h"
#include "config/load_plan.h"
#include "credentials/credentials.h"

namespace reinfer::app {
namespace {

void explain(const base::Problems& problems, const std::string& path) {
  for (const base::Problem& problem : problems)
    fmt::print(stderr, "{}\n", base::to_string(problem));
  fmt::print(stderr, "{} in {}, nothing was started\n", base::counted(problems.size(), "problem"),
             path);
}

}  // namespace

std::shared_ptr<const model::Plan> load_or_explain(const std::string& path) {
  return load_or_explain(config::read_config_files(path), path);
}

std::shared_ptr<const model::Plan> load_or_explain(const std::vector<config::ConfigFile>& files,
                                                   const std::string& path) {
  auto plan = config::make_plan(
      files, [](const model::TokenSource& source) { return credentials::inspect_token(source); });
  if (plan) return std::make_shared<const model::Plan>(std::move(*plan));
  explain(plan.error(), path);
  return nullptr;
}

bool web_files_are_good(const http::WebFileNames& names) {
  const auto contents = http::read_web_files(names);
  if (contents) return true;
  std::set<std::string> files;
  for (const base::Problem& problem : contents.error())
    files.insert(problem.file);
  explain(contents.error(), fmt::format("{}", fmt::join(files, " and ")));
  return false;
}

}  // namespace reinfer::app
