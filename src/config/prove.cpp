#include "config/prove.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>

#include "config/base_url.h"
#include "config/prove_control.h"
#include "config/prove_maintenance.h"
#include "config/prove_network.h"
#include "config/prove_probe.h"
#include "config/prove_token.h"

namespace reinfer::config {
namespace {

constexpr std::int64_t kProbesInFlightMax = 256;
constexpr std::int64_t kSeriesMax = 200000;

// Used by the metrics themselves.
constexpr std::array<std::string_view, 17> kMetricLabels = {
    "tenant", "probe",   "outcome",  "fault",  "code", "reason", "phase",    "state",     "le",
    "slo",    "control", "quantile", "source", "path", "what",   "base_url", "onboarding"};
// Service discovery sets these on every series; ours would become exported_pod and the like.
constexpr std::array<std::string_view, 7> kDiscoveryLabels = {
    "endpoint", "job", "instance", "namespace", "pod", "service", "container"};
// Rules and alerts set these on what they make of our series, and would overwrite ours.
constexpr std::array<std::string_view, 4> kRuleLabels = {"severity", "window", "alertname",
                                                         "alertstate"};

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::optional<std::string> label_name_fault(std::string_view name) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
  constexpr std::string_view kDigits = "0123456789";
  const auto is_word = [&](char c) {
    return kLetters.find(c) != std::string_view::npos || kDigits.find(c) != std::string_view::npos;
  };
  if (name.empty() || kDigits.find(name[0]) != std::string_view::npos ||
      !std::all_of(name.begin(), name.end(), is_word) || name.starts_with("__"))
    return "is not a label name, allowed: letters, digits and underscores, not starting with a "
           "digit or two underscores";
  if (contains(kMetricLabels, name))
    return fmt::format("is a label of the metrics themselves, allowed: any name but {}",
                       fmt::join(kMetricLabels, ", "));
  if (contains(kDiscoveryLabels, name))
    return fmt::format(
        "is a label that Prometheus or its Kubernetes discovery sets, allowed: any "
        "name but {}",
        fmt::join(kDiscoveryLabels, ", "));
  if (contains(kRuleLabels, name))
    return fmt::format("is a label that rules and alerts set, allowed: any name but {}",
                       fmt::join(kRuleLabels, ", "));
  return std::nullopt;
}

}  // namespace

class PlanProof {
 public:
  PlanProof(const Config& config, const TokenInspector& inspect_token, base::ProblemList& problems)
      : config_(config), inspect_token_(inspect_token), problems_(problems) {}

  std::optional<model::Plan> run();

 private:
  template <class T>
  void report(const Setting<T>& setting, std::string_view text) {
    config::report(setting, text, problems_);
  }
  void prove_tenant(const TenantConfig& config);
  std::string prove_name(const TenantConfig& config);
  std::string prove_base_url(const TenantConfig& config, model::Onboarding& onboarding);
  void prove_labels(const TenantConfig& config);
  void prove_probes(const TenantConfig& config, model::TenantIndex index,
                    const model::Tenant& tenant);
  void fill_labels();
  void check_series();
  void prove_storage();

  const Config& config_;
  const TokenInspector& inspect_token_;
  base::ProblemList& problems_;
  model::Plan plan_;
  std::map<std::string, base::Place> tenant_places_;  // by name
  std::set<std::string> label_names_;
};

std::string PlanProof::prove_name(const TenantConfig& config) {
  if (!config.name.written)
    problems_.add(config.place, "tenant.name", fmt::format("is missing, allowed: {}", kNameForm));
  if (!config.name.value) return "";
  const std::string& name = *config.name.value;
  if (!is_name(name))
    report(config.name, fmt::format("is {}, allowed: {}", base::quote(name), kNameForm));
  const auto [first, is_new] = tenant_places_.emplace(name, config.name.place);
  if (!is_new)
    report(config.name,
           fmt::format("is {}, which {} has taken, allowed: another name", base::quote(name),
                       problems_.line_seen_from(config.name.place, first->second)));
  return name;
}

std::string PlanProof::prove_base_url(const TenantConfig& config, model::Onboarding& onboarding) {
  if (!config.base_url.written)
    problems_.add(config.place, "tenant.base_url",
                  "is missing, allowed: a URL such as "
                  "https://cloud.uipath.com/ORGANISATION/TENANT/reinfer_");
  if (!config.base_url.value) return "";
  const auto base = parse_base_url(*config.base_url.value);
  if (!base) {
    report(config.base_url, base.error());
    return "";
  }
  onboarding = base->onboarding;
  return base->url;
}

void PlanProof::prove_labels(const TenantConfig& config) {
  constexpr std::size_t kValueBytesMax = 128;
  for (const auto& [name, setting] : config.labels) {
    if (const auto fault = label_name_fault(name)) {
      report(setting, *fault);
      continue;
    }
    if (setting.value && setting.value->size() > kValueBytesMax)
      report(setting, fmt::format("has {} bytes, allowed: at most {}", setting.value->size(),
                                  kValueBytesMax));
    if (label_names_.size() < kLabelNamesMax)
      label_names_.insert(name);
    else if (label_names_.find(name) == label_names_.end())
      report(setting, fmt::format("is one label name too many, allowed: at most {} of all tenants "
                                  "together",
                                  kLabelNamesMax));
  }
}

void PlanProof::prove_probes(const TenantConfig& config, model::TenantIndex index,
                             const model::Tenant& tenant) {
  std::map<std::string, int> lines;  // by name
  if (!config.probes_written)
    problems_.add(config.place, "tenant.probe",
                  "is missing, allowed: at least one [[tenant.probe]] below its [[tenant]]");
  for (const ProbeConfig& probe : config.probes) {
    const Setting<std::string>& origin = probe.name.written ? probe.name : probe.use;
    if (origin.value) {
      const auto [first, is_new] = lines.emplace(*origin.value, origin.place.line);
      if (!is_new)
        report(origin,
               fmt::format("is {}, which line {} has taken, allowed: {}",
                           base::quote(*origin.value), first->second,
                           probe.name.written ? "another name"
                                              : "another name for this probe, set with name"));
    }
    auto target = prove_probe(probe, config.settings, config_.defaults, tenant.base_url, problems_);
    if (!target) continue;
    target->tenant = index;
    target->tenant_name = tenant.name;
    plan_.targets_.push_back(std::move(*target));
  }
}

void PlanProof::prove_tenant(const TenantConfig& config) {
  const auto index = static_cast<model::TenantIndex>(plan_.tenants_.size());
  model::Tenant tenant;
  tenant.name = prove_name(config);
  tenant.base_url = prove_base_url(config, tenant.onboarding);
  tenant.network = prove_network(config, config_.default_network, problems_);
  tenant.token = prove_token(config, tenant.network, inspect_token_, problems_);
  tenant.maintenance = prove_maintenance(config.maintenance, problems_);
  prove_labels(config);
  prove_probes(config, index, tenant);
  if (const auto& limit = config.max_requests_per_minute.value)
    tenant.requests_per_minute_max = static_cast<std::size_t>(*limit);
  if (const auto& limit = config.paid_probes_per_day_max.value)
    tenant.paid_probes_per_day_max = static_cast<std::size_t>(*limit);
  plan_.tenants_.push_back(std::move(tenant));
}

void PlanProof::fill_labels() {
  plan_.label_names_.assign(label_names_.begin(), label_names_.end());
  for (std::size_t i = 0; i < config_.tenants.size(); ++i) {
    std::map<std::string_view, std::string_view> values;
    for (const auto& [name, setting] : config_.tenants[i].labels)
      if (setting.value) values[name] = *setting.value;
    for (const std::string& name : plan_.label_names_)
      plan_.tenants_[i].label_values.emplace_back(values[name]);
  }
}

void PlanProof::check_series() {
  const std::size_t series = model::expected_series(plan_);
  if (series <= plan_.limits_.series_max) return;
  problems_.add(
      config_.series_max.place, "limits.series_max",
      fmt::format("is {}, but the plan makes {} time series (tenants: {}, probes: {}), allowed: "
                  "fewer probes, fewer buckets (each makes three series a probe), or a higher "
                  "series_max",
                  plan_.limits_.series_max, series, plan_.tenants_.size(), plan_.targets_.size()));
}

void PlanProof::prove_storage() {
  model::StorageLimits& storage = plan_.storage_;
  const auto days = [](const Setting<std::int64_t>& setting, std::chrono::days& place) {
    if (setting.value) place = std::chrono::days(*setting.value);
  };
  days(config_.availability_days, storage.availability);
  days(config_.evidence_days, storage.evidence);
  if (config_.storage_megabytes.value)
    storage.bytes_max = static_cast<std::uint64_t>(*config_.storage_megabytes.value) << 20U;
}

std::optional<model::Plan> PlanProof::run() {
  if (!config_.tenants_written)
    problems_.add({}, "tenant", "is missing, allowed: at least one [[tenant]]");
  plan_.limits_.probes_in_flight_max =
      static_cast<std::size_t>(config_.probes_in_flight_max.value.value_or(kProbesInFlightMax));
  plan_.limits_.series_max =
      static_cast<std::size_t>(config_.series_max.value.value_or(kSeriesMax));
  prove_storage();
  for (const TenantConfig& tenant : config_.tenants)
    prove_tenant(tenant);
  plan_.controls_ = prove_controls(config_.controls, problems_);
  fill_labels();
  // The number of series is known only if all tenants and probes are valid.
  if (problems_.empty()) check_series();
  if (!problems_.empty()) return std::nullopt;
  plan_.index_names();
  return std::move(plan_);
}

std::optional<model::Plan> prove(const Config& config, const TokenInspector& inspect_token,
                                 base::ProblemList& problems) {
  return PlanProof(config, inspect_token, problems).run();
}

}  // namespace reinfer::config
