// Plans for unit tests, made from configuration text as all plans are.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string_view>

#include "config/load_plan.h"

namespace reinfer::tests {

inline std::shared_ptr<const model::Plan> plan_from(std::string_view toml) {
  auto plan =
      config::parse_plan(toml, "test.toml", [](const model::TokenSource&) { return std::nullopt; });
  if (!plan)
    for (const base::Problem& problem : plan.error())
      MESSAGE(base::to_string(problem));
  REQUIRE(plan.has_value());
  return std::make_shared<const model::Plan>(std::move(*plan));
}

// Two tenants, three targets, with and without labels and ports.
inline constexpr std::string_view kTwoTenants = R"(
[[tenant]]
name = "acme"
base_url = "https://cloud.uipath.com/acme/prod/reinfer_"
token_env = "ACME_TOKEN"
labels = { environment = "prod" }
  [[tenant.probe]]
  use = "not_found"
  interval = "60s"
  [[tenant.probe]]
  use = "dataset"
  project = "demo"
  dataset = "support"
  buckets = ["100ms", "1s"]
[[tenant]]
name = "old"
base_url = "https://reinfer.io"
token_env = "OLD_TOKEN"
labels = { region = "eu \"west\"\\1" }
  [[tenant.probe]]
  use = "projects"
)";

}  // namespace reinfer::tests
