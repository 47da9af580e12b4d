// A configuration as it is written: everything optional, each setting with its place. Made by
// config/read.h from a file, turned into a Plan by config/prove.h. It is known to have the right
// types, words and ranges of single values; nothing is known about how they fit together.
// Plain values; only the thread that loads a configuration sees them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "config/problem.h"
#include "model/target.h"

namespace reinfer {

// A key of the file. Written without a value: it is there, but wrong, and that has been reported;
// so it is not missing, and what depends on it cannot be judged.
template <class T>
struct Setting {
  bool written = false;
  std::optional<T> value;
  Place place;
  std::string key;  // dotted, for messages
};

// What [defaults], a tenant and a probe can all say; the nearest to the probe counts.
struct ProbeSettings {
  Setting<Nanoseconds> interval;
  Setting<Nanoseconds> timeout;
  Setting<Nanoseconds> resolve_timeout;
  Setting<Nanoseconds> connect_timeout;
  Setting<Nanoseconds> tls_timeout;
  Setting<ConnectionMode> connection;
  Setting<std::int64_t> body_bytes_max;
  Setting<std::vector<Nanoseconds>> buckets;
};

struct ExpectConfig {
  Place place;
  Setting<std::int64_t> status;
  Setting<std::string> key;
  Setting<JsonType> type;
  Setting<std::int64_t> length;
};

struct ProbeConfig {
  Place place;
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

// Label names of all tenants together: each tenant has a value for each name.
inline constexpr std::size_t kLabelNamesMax = 32;

struct TenantConfig {
  Place place;
  Setting<std::string> name;
  Setting<std::string> base_url;
  Setting<std::string> token_env;
  Setting<std::string> token_file;
  Setting<std::string> ca_file;
  std::vector<std::pair<std::string, Setting<std::string>>> labels;
  ProbeSettings settings;
  bool probes_written = false;
  std::vector<ProbeConfig> probes;
};

struct Config {
  Setting<std::int64_t> probes_in_flight_max;
  Setting<std::int64_t> series_max;
  ProbeSettings defaults;
  bool tenants_written = false;
  std::vector<TenantConfig> tenants;
};

}  // namespace reinfer
