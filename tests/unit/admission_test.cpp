#include "probe/admission.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string_view>

#include "base/log.h"
#include "schedule/schedule.h"
#include "tests/unit/plans.h"

namespace reinfer::tests::admission_test {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kProjects = "[[tenant.probe]]\nuse = \"projects\"\n";
constexpr std::string_view kLabels = R"(
[[tenant.probe]]
name = "labels"
path = "/api/v1/labels"
)";
// The least code that is an expected error.
constexpr std::string_view kRefused = R"(
[[tenant.probe]]
name = "refused"
path = "/api/v1/datasets?limit=no"
expect = { status = 400 }
)";

constexpr base::Nanoseconds kInterval = 30s;

// One tenant's admission, asked by the number of a probe.
class Asked {
 public:
  explicit Asked(std::string_view probes, std::string_view tenant_keys = "")
      : plan_(plan_from(fmt::format("[[tenant]]\nname = \"acme\"\ntoken_env = \"T\"\n"
                                    "base_url = \"https://acme.reinfer.io\"\n{}{}",
                                    tenant_keys, probes))) {}

  void sent(std::uint32_t probe) { admission_.note_sent(model::TargetIndex{probe}, at(0s)); }

  std::optional<model::SkipReason> refuses(std::uint32_t probe, base::Nanoseconds when,
                                           bool token_rejected = true) {
    return admission_.refuses(model::TargetIndex{probe}, at(when), token_rejected);
  }

  // The first moment at which a probe may ask whether the rejected token works again.
  std::optional<base::Nanoseconds> first_try(std::uint32_t probe) {
    const base::Nanoseconds late = schedule::lateness_max(kInterval);
    for (const base::Nanoseconds spacing : {kInterval - late, 2 * kInterval - late})
      if (!refuses(probe, spacing) && refuses(probe, spacing - 1ns)) return spacing;
    return std::nullopt;
  }

 private:
  static base::Instant at(base::Nanoseconds when) {
    return {base::WallTime{24h * 20000 + when}, base::MonoTime{when}};
  }

  std::shared_ptr<const model::Plan> plan_;
  base::Log log_ = base::Log::silent();
  probe::PaidBudget paid_{"", log_};
  probe::Admission admission_{*plan_, paid_};
};

TEST_CASE("one request an interval asks whether a rejected token works again") {
  const base::Nanoseconds one = kInterval - schedule::lateness_max(kInterval);
  SUBCASE("by the probes that are good for it, which take turns") {
    Asked asked(fmt::format("{}{}", kProjects, kLabels));
    asked.sent(0);
    CHECK(asked.first_try(1) == one);
    CHECK(asked.first_try(0) == one + kInterval);
  }
  SUBCASE("by the only one that is, each time") {
    Asked asked(fmt::format("{}{}", kProjects, kRefused));
    asked.sent(0);
    CHECK(asked.first_try(0) == one);
  }
  SUBCASE("not by one that expects an error: the API may write that before it checks the token") {
    Asked asked(fmt::format("{}{}", kProjects, kRefused));
    asked.sent(0);
    CHECK(asked.refuses(1, 24h) == model::SkipReason::credentials);
  }
  SUBCASE("by those that expect an error where there are no others") {
    Asked asked(kRefused);
    asked.sent(0);
    CHECK(asked.first_try(0) == one);
  }
  SUBCASE("at once if none was sent yet") {
    CHECK_FALSE(Asked(kProjects).refuses(0, 1ns));
  }
}

TEST_CASE("a budget of requests counts the last sixty seconds") {
  Asked asked(kProjects, "max_requests_per_minute = 1\n");
  asked.sent(0);
  CHECK(asked.refuses(0, 1min - 1ns, false) == model::SkipReason::budget);
  CHECK_FALSE(asked.refuses(0, 1min, false));
  Asked unlimited(kProjects);
  unlimited.sent(0);
  CHECK_FALSE(unlimited.refuses(0, 1ns, false));
}

}  // namespace
}  // namespace reinfer::tests::admission_test
