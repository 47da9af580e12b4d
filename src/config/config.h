// A configuration as written: everything optional, each setting with its place. Made by
// config/read.h from a file, turned into a Plan by config/prove.h. Types, words and ranges of
// single values are checked; their combination is not. Plain values, used only by the thread that
// loads them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/problem.h"
#include "model/network.h"
#include "model/outcome.h"
#include "model/target.h"

namespace reinfer::config {

// A key of the file. `written` without a value: the key is present but wrong, which has been
// reported; it counts neither as missing nor as set.
template <class T>
struct Setting {
  bool written = false;
  std::optional<T> value;
  base::Place place;
  std::string key;  // dotted, for messages
};

// Reports a problem at the place of the setting.
template <class T>
void report(const Setting<T>& setting, std::string_view text, base::ProblemList& problems) {
  problems.add(setting.place, setting.key, std::string(text));
}

// Reports a setting that is not allowed, if it is written.
template <class T>
void refuse(const Setting<T>& setting, std::string_view why, base::ProblemList& problems) {
  if (setting.written) report(setting, why, problems);
}

// The objectives of a probe. Ratios are already between 0 and 1.
struct SloConfig {
  Setting<double> availability;
  Setting<base::Nanoseconds> latency;
  Setting<double> latency_ratio;
  Setting<std::vector<model::Fault>> count;
};

// Keys of [defaults], tenants and probes; the one nearest to the probe counts.
struct ProbeSettings {
  Setting<base::Nanoseconds> interval;
  Setting<base::Nanoseconds> timeout;
  Setting<base::Nanoseconds> resolve_timeout;
  Setting<base::Nanoseconds> connect_timeout;
  Setting<base::Nanoseconds> tls_timeout;
  Setting<model::ConnectionMode> connection;
  Setting<std::int64_t> body_bytes_max;
  Setting<std::vector<base::Nanoseconds>> buckets;
  Setting<SloConfig> slo;
};

struct ExpectConfig {
  base::Place place;
  Setting<std::int64_t> status;
  Setting<std::string> key;
  Setting<model::JsonType> type;
  Setting<std::int64_t> length;
};

struct ProbeConfig {
  base::Place place;
  Setting<std::string> name;
  Setting<std::string> use;
  std::map<std::string, Setting<std::string>, std::less<>> parameters;  // all, written or not
  Setting<std::string> method;
  Setting<std::string> path;
  Setting<std::string> body;
  std::optional<ExpectConfig> expect;
  Setting<bool> accept_cost;
  ProbeSettings settings;
};

// Keys of [defaults] and tenants; the tenant's counts.
struct NetworkSettings {
  Setting<std::string> proxy_url;
  Setting<std::vector<std::string>> no_proxy;
  Setting<std::string> ca_file;
  Setting<model::IpFamily> ip_family;
  Setting<bool> http2;
};

struct OAuthConfig {
  Setting<std::string> token_url;
  Setting<std::string> client_id;
  Setting<std::string> client_secret_env;
  Setting<std::string> client_secret_file;
  Setting<std::string> scope;
};

struct MaintenanceConfig {
  base::Place place;
  Setting<base::WallTime> start;
  Setting<base::WallTime> end;
  Setting<std::string> weekly;
  Setting<base::Nanoseconds> duration;
  Setting<std::string> zone;
};

// Label names of all tenants together: each tenant has a value for each name.
inline constexpr std::size_t kLabelNamesMax = 32;

struct TenantConfig {
  base::Place place;
  Setting<std::string> name;
  Setting<std::string> base_url;
  Setting<std::string> token_env;
  Setting<std::string> token_file;
  Setting<std::vector<std::string>> token_command;
  Setting<OAuthConfig> oauth;
  NetworkSettings network;
  Setting<std::string> client_certificate;
  Setting<std::string> client_key;
  Setting<std::vector<std::string>> resolve;
  std::vector<std::pair<std::string, Setting<std::string>>> headers;
  std::vector<std::pair<std::string, Setting<std::string>>> labels;
  Setting<std::int64_t> max_requests_per_minute;
  Setting<std::int64_t> paid_probes_per_day_max;
  std::vector<MaintenanceConfig> maintenance;
  ProbeSettings settings;
  bool probes_written = false;
  std::vector<ProbeConfig> probes;
};

struct ControlConfig {
  base::Place place;
  Setting<std::string> name;
  Setting<std::string> url;
  Setting<base::Nanoseconds> interval;
  Setting<base::Nanoseconds> timeout;
};

struct Config {
  Setting<std::int64_t> probes_in_flight_max;
  Setting<std::int64_t> series_max;
  Setting<std::int64_t> availability_days;
  Setting<std::int64_t> evidence_days;
  Setting<std::int64_t> storage_megabytes;
  ProbeSettings defaults;
  NetworkSettings default_network;
  bool tenants_written = false;
  std::vector<TenantConfig> tenants;
  std::vector<ControlConfig> controls;
};

}  // namespace reinfer::config
