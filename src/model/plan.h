// The proven configuration: everything the program does follows from this value. Only
// config/prove.h can make one, so holding a Plan is the proof that it is valid: nothing after it
// checks again. Immutable and shared by reference between threads.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/target.h"

namespace reinfer::config {
class PlanProof;
}

namespace reinfer::model {

struct PlanLimits {
  std::size_t probes_in_flight_max = 0;  // over all targets; slots beyond it are skipped as `limit`
  std::size_t series_max = 0;            // the plan is refused when it would need more
  bool operator==(const PlanLimits&) const = default;
};

class Plan {
 public:
  const std::vector<Tenant>& tenants() const { return tenants_; }
  const std::vector<Target>& targets() const { return targets_; }
  const std::vector<Control>& controls() const { return controls_; }
  const Tenant& tenant(TenantIndex i) const { return tenants_.at(to_size(i)); }
  const Target& target(TargetIndex i) const { return targets_.at(to_size(i)); }
  // Union of all tenants' static label names, sorted; every tenant has a value for each.
  const std::vector<std::string>& label_names() const { return label_names_; }
  const PlanLimits& limits() const { return limits_; }
  std::optional<TargetIndex> find_target(std::string_view tenant, std::string_view probe) const;

  // The same plan with those targets alone, by position in targets(), and with the tenants that
  // have any of them. What a part of a proven plan says is proven as well.
  Plan part(const std::vector<TargetIndex>& chosen) const;
  Plan without_controls() const;
  Plan with_probes_in_flight_max(std::size_t max) const;

  bool operator==(const Plan&) const = default;

 private:
  friend class config::PlanProof;  // config/prove.cpp
  Plan() = default;

  std::vector<Tenant> tenants_;
  std::vector<Target> targets_;
  std::vector<Control> controls_;
  std::vector<std::string> label_names_;
  PlanLimits limits_;
};

// Time series that /metrics will show for this plan: those known beforehand, plus an allowance of
// kHttpCodesExpected status codes a target. tests/unit/metrics_test.cpp holds it to the exposition.
std::size_t expected_series(const Plan& plan);
std::size_t expected_series(const Target& target);

// Requests per minute that the grid sends to one tenant.
double requests_per_minute(const Plan& plan, TenantIndex tenant);

// Probes that cost money which the grid sends to one tenant each day.
double paid_probes_per_day(const Plan& plan, TenantIndex tenant);

inline constexpr std::size_t kHttpCodesExpected = 2;

}  // namespace reinfer::model
