#include "app/load.h"

#include <fmt/format.h>

#include <cstdio>

#include "config/load.h"
#include "credentials/credentials.h"

namespace reinfer {

std::shared_ptr<const Plan> load_or_explain(const std::string& path) {
  return load_or_explain(read_config_files(path), path);
}

std::shared_ptr<const Plan> load_or_explain(const std::vector<ConfigFile>& files,
                                            const std::string& path) {
  auto plan = make_plan(files, inspect_token);
  if (plan) return std::make_shared<const Plan>(std::move(*plan));
  for (const Problem& problem : plan.error())
    fmt::print(stderr, "{}\n", to_string(problem));
  const std::size_t count = plan.error().size();
  fmt::print(stderr, "{} {} in {}, nothing was started\n", count,
             count == 1 ? "problem" : "problems", path);
  return nullptr;
}

}  // namespace reinfer
