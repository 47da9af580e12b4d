#include "config/prove.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string_view>
#include <system_error>

#include "config/base_url.h"
#include "config/prove_probe.h"

namespace reinfer {
namespace {

constexpr std::int64_t kProbesInFlightMax = 256;
constexpr std::int64_t kSeriesMax = 200000;

// Used by the metrics themselves.
constexpr std::array<std::string_view, 14> kMetricLabels = {
    "tenant", "probe", "outcome", "fault",   "code",     "reason", "phase",
    "state",  "le",    "slo",     "control", "quantile", "source", "path"};
// Set by service discovery on every series it scrapes; ours would become exported_pod and the like.
constexpr std::array<std::string_view, 7> kDiscoveryLabels = {
    "endpoint", "job", "instance", "namespace", "pod", "service", "container"};

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
  return std::nullopt;
}

std::optional<std::string> file_fault(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return "is a directory";
  errno = 0;
  const std::ifstream file(path);
  if (!file) return std::system_category().message(errno);
  return std::nullopt;
}

bool is_variable_name(std::string_view name) {
  const auto is_word = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && !(name[0] >= '0' && name[0] <= '9') &&
         std::all_of(name.begin(), name.end(), is_word);
}

}  // namespace

class PlanProof {
 public:
  PlanProof(const Config& config, const TokenInspector& inspect_token, ProblemList& problems)
      : config_(config), inspect_token_(inspect_token), problems_(problems) {}

  std::optional<Plan> run();

 private:
  void report(const Setting<std::string>& setting, std::string text) {
    problems_.add(setting.place, setting.key, std::move(text));
  }
  void prove_tenant(const TenantConfig& config);
  std::string prove_name(const TenantConfig& config);
  std::string prove_base_url(const TenantConfig& config, Onboarding& onboarding);
  TokenSource prove_token(const TenantConfig& config);
  std::string prove_variable(const Setting<std::string>& setting);
  std::string prove_ca_file(const Setting<std::string>& setting);
  // The file's whole path, "" after reporting what is wrong with it.
  std::string resolved(const Setting<std::string>& setting);
  void prove_labels(const TenantConfig& config);
  void prove_probes(const TenantConfig& config, TenantIndex index, const Tenant& tenant);
  void fill_labels();
  void check_series();

  const Config& config_;
  const TokenInspector& inspect_token_;
  ProblemList& problems_;
  Plan plan_;
  std::map<std::string, int> tenant_lines_;  // by name
  std::set<std::string> label_names_;
};

std::string PlanProof::prove_name(const TenantConfig& config) {
  if (!config.name.written)
    problems_.add(config.place, "tenant.name", fmt::format("is missing, allowed: {}", kNameForm));
  if (!config.name.value) return "";
  const std::string& name = *config.name.value;
  if (!is_name(name))
    report(config.name, fmt::format("is {}, allowed: {}", quote(name), kNameForm));
  const auto [first, is_new] = tenant_lines_.emplace(name, config.name.place.line);
  if (!is_new)
    report(config.name, fmt::format("is {}, which line {} has taken, allowed: another name",
                                    quote(name), first->second));
  return name;
}

std::string PlanProof::prove_base_url(const TenantConfig& config, Onboarding& onboarding) {
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

std::string PlanProof::resolved(const Setting<std::string>& setting) {
  if (!setting.value) return "";
  const std::string& name = *setting.value;
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  std::string fault;
  if (name.empty()) fault = "is empty, allowed: the path of a file";
  if (std::any_of(name.begin(), name.end(), is_control))
    fault = "contains a control character, allowed: the path of a file";
  if (name == "~" || name.starts_with("~/"))
    fault =
        fmt::format("is {}, and only a shell knows ~, allowed: the path written out", quote(name));
  if (!fault.empty()) {
    report(setting, fault);
    return "";
  }
  const std::filesystem::path folder = std::filesystem::path(problems_.file()).parent_path();
  return (folder / name).lexically_normal().string();
}

std::string PlanProof::prove_variable(const Setting<std::string>& setting) {
  if (!setting.value) return "";
  // The value is not shown: it may well be the token.
  if (setting.value->empty())
    report(setting, "is empty, allowed: the name of an environment variable");
  else if (!is_variable_name(*setting.value))
    report(setting,
           "is not the name of an environment variable, allowed: letters, digits and underscores, "
           "not starting with a digit (the token itself does not belong into this file)");
  else
    return *setting.value;
  return "";
}

TokenSource PlanProof::prove_token(const TenantConfig& config) {
  TokenSource token;
  const bool from_file = config.token_file.written;
  const Setting<std::string>& setting = from_file ? config.token_file : config.token_env;
  if (config.token_env.written && from_file)
    report(config.token_file, "is set besides token_env, allowed: one of the two");
  if (!setting.written)
    problems_.add(config.place, "tenant",
                  "does not say where its token is, allowed: token_env (the name of a variable) or "
                  "token_file (the path of a file)");
  token.kind = from_file ? TokenSource::Kind::file : TokenSource::Kind::environment;
  token.place = fmt::format("{}:{}:{}", problems_.file(), setting.place.line, setting.place.column);
  token.name = from_file ? resolved(setting) : prove_variable(setting);
  if (!token.name.empty())
    if (const auto fault = inspect_token_(token)) report(setting, *fault);
  return token;
}

std::string PlanProof::prove_ca_file(const Setting<std::string>& setting) {
  std::string path = resolved(setting);
  if (path.empty()) return "";
  if (const auto fault = file_fault(path))
    report(setting, fmt::format("{} cannot be read: {}, allowed: a readable file of certificates "
                                "in PEM form",
                                quote(path), *fault));
  return path;
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

void PlanProof::prove_probes(const TenantConfig& config, TenantIndex index, const Tenant& tenant) {
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
               fmt::format("is {}, which line {} has taken, allowed: {}", quote(*origin.value),
                           first->second,
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
  const auto index = static_cast<TenantIndex>(plan_.tenants_.size());
  Tenant tenant;
  tenant.name = prove_name(config);
  tenant.base_url = prove_base_url(config, tenant.onboarding);
  tenant.token = prove_token(config);
  tenant.network.ca_file = prove_ca_file(config.ca_file);
  prove_labels(config);
  prove_probes(config, index, tenant);
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
  const std::size_t series = expected_series(plan_);
  if (series <= plan_.limits_.series_max) return;
  problems_.add(
      config_.series_max.place, "limits.series_max",
      fmt::format(
          "is {}, but the plan makes about {} time series (tenants: {}, probes: {}), allowed: "
          "fewer probes, fewer buckets (each makes three series a probe), or a higher "
          "series_max",
          plan_.limits_.series_max, series, plan_.tenants_.size(), plan_.targets_.size()));
}

std::optional<Plan> PlanProof::run() {
  if (!config_.tenants_written)
    problems_.add({}, "tenant", "is missing, allowed: at least one [[tenant]]");
  plan_.limits_.probes_in_flight_max =
      static_cast<std::size_t>(config_.probes_in_flight_max.value.value_or(kProbesInFlightMax));
  plan_.limits_.series_max =
      static_cast<std::size_t>(config_.series_max.value.value_or(kSeriesMax));
  for (const TenantConfig& tenant : config_.tenants)
    prove_tenant(tenant);
  fill_labels();
  // Its figure means something only where every tenant and probe is understood.
  if (problems_.empty()) check_series();
  if (!problems_.empty()) return std::nullopt;
  return std::move(plan_);
}

std::optional<Plan> prove(const Config& config, const TokenInspector& inspect_token,
                          ProblemList& problems) {
  return PlanProof(config, inspect_token, problems).run();
}

}  // namespace reinfer
