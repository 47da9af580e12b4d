#include "model/plan.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>

#include "tests/unit/plans.h"

namespace reinfer::tests::plan_test {
namespace {

// Tenants in an order that is not that of their names.
std::string mixed_up() {
  std::string text;
  for (const char* tenant : {"m", "a", "z", "ab", "aa"}) {
    text += fmt::format(
        "[[tenant]]\nname = \"{0}\"\nbase_url = \"https://cloud.uipath.com/org/{0}/reinfer_\"\n"
        "token_env = \"A\"\n",
        tenant);
    for (const char* probe : {"q", "b", "p"})
      text += fmt::format("[[tenant.probe]]\nname = \"{}\"\nuse = \"projects\"\n", probe);
  }
  return text;
}

TEST_CASE("a target and a tenant are found by name, whatever their order") {
  const auto plan = plan_from(mixed_up());
  for (std::size_t i = 0; i < plan->targets().size(); ++i) {
    const model::Target& target = plan->targets()[i];
    CHECK(plan->find_target(target.tenant_name, target.probe) == model::TargetIndex(i));
  }
  for (std::size_t i = 0; i < plan->tenants().size(); ++i)
    CHECK(plan->find_tenant(plan->tenants()[i].name) == model::TenantIndex(i));
  for (const char* unknown : {"", "A", "b", "zz", "aab"}) {
    CHECK_FALSE(plan->find_tenant(unknown).has_value());
    CHECK_FALSE(plan->find_target(unknown, "q").has_value());
    CHECK_FALSE(plan->find_target("a", unknown == std::string("b") ? "c" : unknown).has_value());
  }
}

TEST_CASE("a part of a plan finds its own and nothing else") {
  const auto plan = plan_from(mixed_up());
  const model::Plan part =
      plan->part({*plan->find_target("z", "p"), *plan->find_target("aa", "q")});
  CHECK(part.find_target("z", "p") == model::TargetIndex(0));
  CHECK(part.find_target("aa", "q") == model::TargetIndex(1));
  CHECK_FALSE(part.find_target("z", "q").has_value());
  CHECK_FALSE(part.find_tenant("m").has_value());
  CHECK(part.find_tenant("aa") == model::TenantIndex(1));
}

}  // namespace
}  // namespace reinfer::tests::plan_test
