// The validated configuration: everything the program does follows from this value. Only
// config/prove.h can make one, so code that holds a Plan checks nothing again. Immutable and shared
// by reference between threads.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
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
  std::size_t series_max = 0;            // a plan that needs more is refused
  bool operator==(const PlanLimits&) const = default;
};

// How much the history keeps, with --storage.path (history/store.h).
struct StorageLimits {
  std::chrono::days availability{400};  // days, and incidents
  std::chrono::days evidence{90};
  std::uint64_t bytes_max = std::uint64_t{512} << 20U;  // beyond it the oldest goes
  bool operator==(const StorageLimits&) const = default;
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
  const StorageLimits& storage() const { return storage_; }
  // By name, without a walk over all of them.
  std::optional<TargetIndex> find_target(std::string_view tenant, std::string_view probe) const;
  std::optional<TenantIndex> find_tenant(std::string_view name) const;

  // The same plan with only the chosen targets (positions in targets()) and their tenants. A part
  // of a valid plan is valid.
  Plan part(const std::vector<TargetIndex>& chosen) const;
  Plan without_controls() const;

  bool operator==(const Plan&) const = default;

 private:
  friend class config::PlanProof;  // config/prove.cpp
  Plan() = default;
  // REQUIRES: tenants and targets stay as they are from here on.
  void index_names();

  std::vector<Tenant> tenants_;
  std::vector<Target> targets_;
  std::vector<Control> controls_;
  std::vector<std::string> label_names_;
  PlanLimits limits_;
  StorageLimits storage_;
  // In the order of their names.
  std::vector<TargetIndex> targets_by_name_;
  std::vector<TenantIndex> tenants_by_name_;
};

// The number of time series on /metrics while every target answers with the same status code: what
// Prometheus says it scraped, with classic histograms. More are each further status code, a token's
// last change and the expiry that it tells itself, what further paths and files of our HTTP server
// add, and the five of a history. tests/unit/metrics_test.cpp compares it with the exposition.
std::size_t expected_series(const Plan& plan);
std::size_t expected_series(const Target& target);

// Requests per minute that the grid sends to one tenant.
double requests_per_minute(const Plan& plan, TenantIndex tenant);

// Probes that cost money which the grid sends to one tenant each day.
double paid_probes_per_day(const Plan& plan, TenantIndex tenant);

inline constexpr std::size_t kHttpCodesExpected = 1;

}  // namespace reinfer::model
