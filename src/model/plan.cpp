#include "model/plan.h"

#include <algorithm>
#include <utility>

#include "model/outcome.h"
#include "model/probe_result.h"

namespace reinfer::model {
namespace {

constexpr std::size_t kPhases = 6;
constexpr std::size_t kLatencyHistograms = 3;
// Interval, success, answered, two time stamps, response size.
constexpr std::size_t kTargetGauges = 6;
constexpr std::size_t kTcpSeries = 2;                          // round-trip time, retransmits
constexpr std::size_t kObjectiveSeries = 3 + kExclusionCount;  // ratio, events, good events
// Info, maintenance, token accepted, changed, not read.
constexpr std::size_t kTenantSeries = 5;
constexpr std::size_t kExporterSeries = 65;  // without those of a web configuration

std::pair<std::string_view, std::string_view> names_of_target(const Target& target) {
  return {target.tenant_name, target.probe};
}

std::string_view name_of_tenant(const Tenant& tenant) {
  return tenant.name;
}

template <typename Index, typename Item, typename Name>
std::vector<Index> sorted_places(const std::vector<Item>& items, Name name) {
  std::vector<Index> places;
  for (std::size_t i = 0; i < items.size(); ++i)
    places.push_back(Index(i));
  std::sort(places.begin(), places.end(),
            [&](Index a, Index b) { return name(items[to_size(a)]) < name(items[to_size(b)]); });
  return places;
}

template <typename Index, typename Item, typename Name, typename Wanted>
std::optional<Index> find_place(const std::vector<Index>& places, const std::vector<Item>& items,
                                Name name, const Wanted& wanted) {
  const auto found = std::partition_point(
      places.begin(), places.end(), [&](Index i) { return name(items[to_size(i)]) < wanted; });
  if (found == places.end() || name(items[to_size(*found)]) != wanted) return std::nullopt;
  return *found;
}

std::size_t objective_series(const Objectives& objectives) {
  std::size_t series = 0;
  if (objectives.availability) series += kObjectiveSeries + kCountableFaults.size();
  if (objectives.latency) series += kObjectiveSeries + 1;  // the threshold
  return series;
}

std::size_t tenant_series(const Tenant& tenant) {
  const bool has_certificate = tenant.base_url.starts_with("https://");
  const bool has_expiry = tenant.token.kind == TokenSource::Kind::oauth;
  return kTenantSeries + (has_certificate ? 1 : 0) + (has_expiry ? 1 : 0);
}

}  // namespace

void Plan::index_names() {
  targets_by_name_ = sorted_places<TargetIndex>(targets_, names_of_target);
  tenants_by_name_ = sorted_places<TenantIndex>(tenants_, name_of_tenant);
}

std::optional<TargetIndex> Plan::find_target(std::string_view tenant,
                                             std::string_view probe) const {
  return find_place(targets_by_name_, targets_, names_of_target, std::pair(tenant, probe));
}

std::optional<TenantIndex> Plan::find_tenant(std::string_view name) const {
  return find_place(tenants_by_name_, tenants_, name_of_tenant, name);
}

Plan Plan::part(const std::vector<TargetIndex>& chosen) const {
  Plan result;
  result.controls_ = controls_;
  result.label_names_ = label_names_;
  result.limits_ = limits_;
  result.storage_ = storage_;
  std::vector<bool> wanted(tenants_.size());
  for (const TargetIndex i : chosen)
    wanted.at(to_size(target(i).tenant)) = true;
  std::vector<TenantIndex> now(tenants_.size());
  for (std::size_t i = 0; i < tenants_.size(); ++i) {
    if (!wanted[i]) continue;
    now[i] = TenantIndex(result.tenants_.size());
    result.tenants_.push_back(tenants_[i]);
  }
  for (const TargetIndex i : chosen) {
    result.targets_.push_back(target(i));
    result.targets_.back().tenant = now[to_size(target(i).tenant)];
  }
  result.index_names();
  return result;
}

Plan Plan::without_controls() const {
  Plan result = *this;
  result.controls_.clear();
  return result;
}

std::size_t expected_series(const Target& target) {
  const std::size_t histogram = target.buckets.size() + 3;  // +Inf, sum, count
  return kOutcomeCount + kSkipReasonCount + kServerTimingStateCount + 2 * kPhases + kTargetGauges +
         kTcpSeries + kLatencyHistograms * histogram + kHttpCodesExpected +
         objective_series(target.objectives);
}

std::size_t expected_series(const Plan& plan) {
  std::size_t sum = kExporterSeries + plan.controls().size();
  for (const Tenant& tenant : plan.tenants())
    sum += tenant_series(tenant);
  for (const Target& target : plan.targets())
    sum += expected_series(target);
  return sum;
}

double paid_probes_per_day(const Plan& plan, TenantIndex tenant) {
  double sum = 0;
  for (const Target& target : plan.targets())
    if (target.tenant == tenant && target.paid) sum += 86400.0 / base::to_seconds(target.interval);
  return sum;
}

double requests_per_minute(const Plan& plan, TenantIndex tenant) {
  double sum = 0;
  for (const Target& target : plan.targets())
    if (target.tenant == tenant) sum += 60.0 / base::to_seconds(target.interval);
  return sum;
}

}  // namespace reinfer::model
