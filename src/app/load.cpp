#include "app/load.h"

#include <fmt/format.h>

#include <cstdio>

#include "config/load.h"
#include "credentials/credentials.h"

namespace reinfer {

std::shared_ptr<const Plan> load_or_explain(const std::string& path) {
  const TokenInspector inspect = [](const TokenSource& source) -> std::optional<std::string> {
    const TokenOrWhy token = read_token(source);
    return token ? std::nullopt : std::optional(token.error());
  };
  auto plan = load_plan(path, inspect);
  if (plan) return std::make_shared<const Plan>(std::move(*plan));
  for (const Problem& problem : plan.error())
    fmt::print(stderr, "{}\n", to_string(problem));
  const std::size_t count = plan.error().size();
  fmt::print(stderr, "{} {} in {}, nothing was started\n", count,
             count == 1 ? "problem" : "problems", path);
  return nullptr;
}

}  // namespace reinfer
