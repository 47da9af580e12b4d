#include "config/read_tenant.h"

#include <fmt/format.h>

#include "config/read_probe.h"

namespace reinfer::config {
namespace {

using namespace std::chrono_literals;

using NamedTexts = std::vector<std::pair<std::string, Setting<std::string>>>;

constexpr std::size_t kHeadersMax = 32;
constexpr std::size_t kMaintenanceMax = 100;

constexpr std::array kIpFamilies = {Choice<model::IpFamily>{"any", model::IpFamily::any},
                                    Choice<model::IpFamily>{"4", model::IpFamily::v4},
                                    Choice<model::IpFamily>{"6", model::IpFamily::v6}};

// A table whose keys are names of the user's own, such as labels.
NamedTexts read_named_texts(TableReader& tenant, std::string_view key, std::size_t count_max,
                            base::ProblemList& problems) {
  NamedTexts result;
  const DocumentValue* table = tenant.table(key);
  if (!table) return result;
  const std::string path = tenant.key_path(key);
  TableReader reader(*table, path, problems);
  const std::size_t count = table->members.size();
  if (count > count_max)
    problems.add(table->place, path,
                 fmt::format("has {} {}, allowed: at most {}", count, key, count_max));
  else
    for (const DocumentMember& member : table->members)
      result.emplace_back(member.key, reader.text(member.key));
  return result;
}

Setting<OAuthConfig> read_oauth(TableReader& tenant, base::ProblemList& problems) {
  auto setting = tenant.started<OAuthConfig>("oauth");
  const DocumentValue* table = tenant.table("oauth");
  if (!table) return setting;
  TableReader reader(*table, tenant.key_path("oauth"), problems);
  OAuthConfig oauth;
  oauth.token_url = reader.text("token_url");
  oauth.client_id = reader.text("client_id");
  oauth.client_secret_env = reader.text("client_secret_env");
  oauth.client_secret_file = reader.text("client_secret_file");
  oauth.scope = reader.text("scope");
  reader.finish();
  setting.value = std::move(oauth);
  return setting;
}

MaintenanceConfig read_window(const DocumentValue& table, const std::string& path,
                              base::ProblemList& problems) {
  constexpr base::Nanoseconds kDurationMin = 1min;
  constexpr base::Nanoseconds kDurationMax = 7 * 24h - 1min;
  TableReader reader(table, path, problems);
  MaintenanceConfig window;
  window.place = table.place;
  window.start = reader.moment("start");
  window.end = reader.moment("end");
  window.weekly = reader.text("weekly");
  window.duration = reader.duration("duration", kDurationMin, kDurationMax);
  window.zone = reader.text("zone");
  reader.text("comment");
  reader.finish();
  return window;
}

std::vector<MaintenanceConfig> read_maintenance(TableReader& tenant, base::ProblemList& problems) {
  std::vector<MaintenanceConfig> windows;
  const std::string path = tenant.key_path("maintenance");
  for (const DocumentValue* table : tenant.tables("maintenance")) {
    if (windows.size() == kMaintenanceMax) {
      problems.add(
          table->place, path,
          fmt::format("is one window too many, allowed: at most {} a tenant", kMaintenanceMax));
      break;
    }
    windows.push_back(read_window(*table, path, problems));
  }
  return windows;
}

void read_token(TableReader& reader, TenantConfig& tenant, base::ProblemList& problems) {
  constexpr std::size_t kWordsMax = 32;
  tenant.token_env = reader.text("token_env");
  tenant.token_file = reader.text("token_file");
  tenant.token_command =
      reader.texts("token_command", kWordsMax,
                   "[\"/usr/bin/vault\", \"read\", \"-field=token\", \"secret/acme\"], a program "
                   "and its arguments, none empty");
  tenant.oauth = read_oauth(reader, problems);
}

}  // namespace

NetworkSettings read_network(TableReader& reader) {
  constexpr std::size_t kHostsMax = 100;
  NetworkSettings network;
  network.proxy_url = reader.text("proxy_url");
  network.no_proxy =
      reader.text_or_texts("no_proxy", kHostsMax, "[\"localhost\", \".example.com\"]");
  network.ca_file = reader.text("ca_file");
  network.ip_family = reader.choice("ip_family", kIpFamilies);
  network.http2 = reader.boolean("http2");
  return network;
}

TenantConfig read_tenant(const DocumentValue& table, base::ProblemList& problems) {
  constexpr std::size_t kResolveMax = 100;
  constexpr std::int64_t kRequestsMax = 60000;
  constexpr std::int64_t kPaidProbesMax = 100000;
  TableReader reader(table, "tenant", problems);
  TenantConfig tenant;
  tenant.place = table.place;
  tenant.name = reader.text("name");
  tenant.base_url = reader.text("base_url");
  read_token(reader, tenant, problems);
  tenant.network = read_network(reader);
  tenant.client_certificate = reader.text("client_certificate");
  tenant.client_key = reader.text("client_key");
  tenant.resolve = reader.texts("resolve", kResolveMax, "[\"cloud.uipath.com:443:192.0.2.7\"]");
  tenant.headers = read_named_texts(reader, "headers", kHeadersMax, problems);
  tenant.labels = read_named_texts(reader, "labels", kLabelNamesMax, problems);
  tenant.max_requests_per_minute = reader.integer("max_requests_per_minute", 1, kRequestsMax);
  tenant.paid_probes_per_day_max = reader.integer("paid_probes_per_day_max", 1, kPaidProbesMax);
  tenant.maintenance = read_maintenance(reader, problems);
  tenant.settings = read_settings(reader, problems);
  tenant.probes_written = reader.has("probe");
  for (const DocumentValue* probe : reader.tables("probe"))
    tenant.probes.push_back(read_probe(*probe, reader.key_path("probe"), problems));
  reader.finish();
  return tenant;
}

}  // namespace reinfer::config
