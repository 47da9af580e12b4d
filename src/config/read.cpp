#include "config/read.h"

#include <fmt/format.h>

#include "config/files.h"
#include "config/read_probe.h"
#include "config/read_tenant.h"
#include "config/table_reader.h"

namespace reinfer::config {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kTenantsMax = 10000;
constexpr std::size_t kProbesMax = 20000;
constexpr std::size_t kControlsMax = 16;

void read_limits(const DocumentValue& table, Config& config, base::ProblemList& problems) {
  TableReader reader(table, "limits", problems);
  config.probes_in_flight_max = reader.integer("probes_in_flight_max", 1, 10000);
  config.series_max = reader.integer("series_max", 1, 10000000);
  reader.finish();
}

void read_storage(const DocumentValue& table, Config& config, base::ProblemList& problems) {
  TableReader reader(table, "storage", problems);
  config.availability_days = reader.integer("availability_days", 1, 4000);
  config.evidence_days = reader.integer("evidence_days", 1, 4000);
  config.storage_megabytes = reader.integer("megabytes", 1, 1000000);
  reader.finish();
}

ControlConfig read_control(const DocumentValue& table, base::ProblemList& problems) {
  constexpr base::Nanoseconds kIntervalMin = 5s;
  constexpr base::Nanoseconds kIntervalMax = 24h;
  constexpr base::Nanoseconds kTimeoutMin = 10ms;
  constexpr base::Nanoseconds kTimeoutMax = 4min;
  TableReader reader(table, "control", problems);
  ControlConfig control;
  control.place = table.place;
  control.name = reader.text("name");
  control.url = reader.text("url");
  control.interval = reader.duration("interval", kIntervalMin, kIntervalMax);
  control.timeout = reader.duration("timeout", kTimeoutMin, kTimeoutMax);
  reader.finish();
  return control;
}

void read_controls(TableReader& document, Config& config, base::ProblemList& problems) {
  for (const DocumentValue* table : document.tables("control")) {
    if (config.controls.size() == kControlsMax) {
      problems.add(table->place, "control",
                   fmt::format("is one too many, allowed: at most {}", kControlsMax));
      return;
    }
    config.controls.push_back(read_control(*table, problems));
  }
}

std::size_t probes_in(const Config& config) {
  std::size_t probes = 0;
  for (const TenantConfig& tenant : config.tenants)
    probes += tenant.probes.size();
  return probes;
}

void read_tenants(TableReader& document, Config& config, base::ProblemList& problems) {
  std::size_t probes = probes_in(config);
  for (const DocumentValue* table : document.tables("tenant")) {
    if (config.tenants.size() == kTenantsMax) {
      problems.add(table->place, "tenant",
                   fmt::format("is one too many, allowed: at most {}", kTenantsMax));
      return;
    }
    config.tenants.push_back(read_tenant(*table, problems));
    probes += config.tenants.back().probes.size();
    if (probes > kProbesMax) {
      problems.add(table->place, "tenant.probe",
                   fmt::format("there are too many, allowed: at most {} of all tenants together",
                               kProbesMax));
      return;
    }
  }
}

// Global settings belong into the main file, where people look for them.
void refuse_in_included(TableReader& reader, base::ProblemList& problems) {
  for (const std::string_view key : {"include", "limits", "storage", "defaults"})
    if (const auto place = reader.take_refused(key))
      problems.add(*place, key,
                   "does not belong into an included file, allowed: [[tenant]] and [[control]]");
}

}  // namespace

Config read_config(const DocumentValue& document, base::ProblemList& problems) {
  TableReader reader(document, "", problems);
  Config config;
  reader.texts("include", kIncludePatternsMax, "[\"tenants.d/*.toml\"]");
  if (const DocumentValue* limits = reader.table("limits")) read_limits(*limits, config, problems);
  if (const DocumentValue* storage = reader.table("storage"))
    read_storage(*storage, config, problems);
  if (const DocumentValue* table = reader.table("defaults")) {
    TableReader defaults(*table, "defaults", problems);
    config.defaults = read_settings(defaults, problems);
    config.default_network = read_network(defaults);
    defaults.finish();
  }
  config.tenants_written = reader.has("tenant");
  read_tenants(reader, config, problems);
  read_controls(reader, config, problems);
  reader.finish();
  return config;
}

void read_included_config(const DocumentValue& document, Config& config,
                          base::ProblemList& problems) {
  TableReader reader(document, "", problems);
  refuse_in_included(reader, problems);
  config.tenants_written = config.tenants_written || reader.has("tenant");
  read_tenants(reader, config, problems);
  read_controls(reader, config, problems);
  reader.finish();
}

}  // namespace reinfer::config
