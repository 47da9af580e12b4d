#include "config/read.h"

#include <fmt/format.h>

#include <limits>

#include "config/catalogue.h"
#include "config/table_reader.h"

namespace reinfer {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kTenantsMax = 10000;
constexpr std::size_t kProbesMax = 20000;

constexpr std::array kConnections = {Choice<ConnectionMode>{"fresh", ConnectionMode::fresh},
                                     Choice<ConnectionMode>{"reuse", ConnectionMode::reuse}};

constexpr std::array kTypes = {
    Choice<JsonType>{"array", JsonType::array},     Choice<JsonType>{"object", JsonType::object},
    Choice<JsonType>{"string", JsonType::string},   Choice<JsonType>{"number", JsonType::number},
    Choice<JsonType>{"boolean", JsonType::boolean}, Choice<JsonType>{"any", JsonType::any}};

ProbeSettings read_settings(TableReader& reader) {
  constexpr std::int64_t kBodyBytesMax = 64 * 1024 * 1024;
  constexpr std::size_t kBucketsMax = 50;
  constexpr Nanoseconds kTimeoutMin = 10ms;
  constexpr Nanoseconds kTimeoutMax = 4min;
  ProbeSettings settings;
  settings.interval = reader.duration("interval", 1s, 24h);
  settings.timeout = reader.duration("timeout", kTimeoutMin, kTimeoutMax);
  settings.resolve_timeout = reader.duration("resolve_timeout", kTimeoutMin, kTimeoutMax);
  settings.connect_timeout = reader.duration("connect_timeout", kTimeoutMin, kTimeoutMax);
  settings.tls_timeout = reader.duration("tls_timeout", kTimeoutMin, kTimeoutMax);
  settings.connection = reader.choice("connection", kConnections);
  settings.body_bytes_max = reader.integer("body_bytes_max", 1, kBodyBytesMax);
  settings.buckets = reader.rising_durations("buckets", kBucketsMax);
  return settings;
}

ExpectConfig read_expect(const DocumentValue& table, const std::string& path,
                         ProblemList& problems) {
  TableReader reader(table, path, problems);
  ExpectConfig expect;
  expect.place = table.place;
  expect.status = reader.integer("status", 200, 599);
  expect.key = reader.text("key");
  expect.type = reader.choice("type", kTypes);
  expect.length = reader.integer("length", 0, 1000000);
  reader.finish();
  return expect;
}

ProbeConfig read_probe(const DocumentValue& table, const std::string& path, ProblemList& problems) {
  TableReader reader(table, path, problems);
  ProbeConfig probe;
  probe.place = table.place;
  probe.name = reader.text("name");
  probe.use = reader.text("use");
  for (const ParameterRule& rule : parameter_rules())
    probe.parameters.emplace(
        rule.name, rule.takes_integer ? reader.text_or_integer(rule.name) : reader.text(rule.name));
  probe.method = reader.text("method");
  probe.path = reader.text("path");
  probe.body = reader.text("body");
  if (const DocumentValue* expect = reader.table("expect"))
    probe.expect = read_expect(*expect, reader.key_path("expect"), problems);
  probe.accept_cost = reader.boolean("accept_cost");
  probe.settings = read_settings(reader);
  reader.finish();
  return probe;
}

std::vector<std::pair<std::string, Setting<std::string>>> read_labels(const DocumentValue& table,
                                                                      const std::string& path,
                                                                      ProblemList& problems) {
  TableReader reader(table, path, problems);
  std::vector<std::pair<std::string, Setting<std::string>>> labels;
  if (table.members.size() > kLabelNamesMax) {
    problems.add(
        table.place, path,
        fmt::format("has {} labels, allowed: at most {}", table.members.size(), kLabelNamesMax));
    return labels;
  }
  for (const DocumentMember& member : table.members)
    labels.emplace_back(member.key, reader.text(member.key));
  return labels;
}

TenantConfig read_tenant(const DocumentValue& table, ProblemList& problems) {
  TableReader reader(table, "tenant", problems);
  TenantConfig tenant;
  tenant.place = table.place;
  tenant.name = reader.text("name");
  tenant.base_url = reader.text("base_url");
  tenant.token_env = reader.text("token_env");
  tenant.token_file = reader.text("token_file");
  tenant.ca_file = reader.text("ca_file");
  if (const DocumentValue* labels = reader.table("labels"))
    tenant.labels = read_labels(*labels, reader.key_path("labels"), problems);
  tenant.settings = read_settings(reader);
  tenant.probes_written = reader.has("probe");
  for (const DocumentValue* probe : reader.tables("probe"))
    tenant.probes.push_back(read_probe(*probe, reader.key_path("probe"), problems));
  reader.finish();
  return tenant;
}

void read_limits(const DocumentValue& table, Config& config, ProblemList& problems) {
  TableReader reader(table, "limits", problems);
  config.probes_in_flight_max = reader.integer("probes_in_flight_max", 1, 10000);
  config.series_max = reader.integer("series_max", 1, 10000000);
  reader.finish();
}

}  // namespace

Config read_config(const DocumentValue& document, ProblemList& problems) {
  TableReader reader(document, "", problems);
  Config config;
  if (const DocumentValue* limits = reader.table("limits")) read_limits(*limits, config, problems);
  if (const DocumentValue* table = reader.table("defaults")) {
    TableReader defaults(*table, "defaults", problems);
    config.defaults = read_settings(defaults);
    defaults.finish();
  }
  config.tenants_written = reader.has("tenant");
  std::size_t probes = 0;
  for (const DocumentValue* table : reader.tables("tenant")) {
    if (config.tenants.size() == kTenantsMax) {
      problems.add(table->place, "tenant",
                   fmt::format("is one too many, allowed: at most {}", kTenantsMax));
      break;
    }
    config.tenants.push_back(read_tenant(*table, problems));
    probes += config.tenants.back().probes.size();
    if (probes > kProbesMax) {
      problems.add(table->place, "tenant.probe",
                   fmt::format("there are too many, allowed: at most {} of all tenants together",
                               kProbesMax));
      break;
    }
  }
  reader.finish();
  return config;
}

}  // namespace reinfer
