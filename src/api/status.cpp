#include <algorithm>
#include <array>
#include <numeric>

#include "api/documents.h"
#include "api/envelope.h"
#include "api/query.h"
#include "base/version.h"
#include "explain/json.h"
#include "explain/verdict.h"

namespace reinfer::api {
namespace {

std::string_view to_text(model::Onboarding onboarding) {
  constexpr std::array<std::string_view, 3> kNames = {"uipath", "reinfer", "other"};
  return kNames.at(static_cast<std::size_t>(onboarding));
}

explain::Json controls_json(const record::Snapshot& snapshot) {
  explain::Json json = explain::Json::array();
  for (std::size_t i = 0; i < snapshot.controls.size(); ++i)
    json.push_back({{"name", snapshot.plan->controls()[i].name},
                    {"reachable", explain::or_null(snapshot.controls[i])}});
  return json;
}

explain::Json exporter_json(const record::Snapshot& snapshot, const ApiExporter& exporter) {
  std::uint64_t results = 0;
  std::uint64_t skips = 0;
  for (const record::TargetRecord& record : snapshot.targets) {
    results += record.results();
    skips += record.skips();
  }
  const record::ExporterRecord& record = snapshot.exporter;
  return {{"version", base::build_info().version},
          {"revision", base::build_info().revision},
          {"started", base::rfc3339(exporter.started)},
          {"now", base::rfc3339(snapshot.taken.wall)},
          {"config_file", exporter.config_file},
          {"reload",
           {{"successful", record.last_reload_successful},
            {"loaded", base::rfc3339(record.plan_loaded)},
            {"problems", record.reload_problems}}},
          {"tenants", snapshot.plan->tenants().size()},
          {"targets", snapshot.plan->targets().size()},
          {"probes_in_flight", record.probes_in_flight},
          {"results", results},
          {"skipped", skips},
          {"controls", controls_json(snapshot)}};
}

// The page says the same: there is one judge.
explain::Json verdict_json(const explain::Verdict& verdict, base::WallTime now) {
  return {{"state", to_label(verdict.state)}, {"trouble", explain::is_trouble(verdict.state)},
          {"fault", to_label(verdict.fault)}, {"since", explain::moment_or_null(verdict.since)},
          {"failing", verdict.failing},       {"recovering", verdict.recovering},
          {"probes", verdict.probes},         {"sentence", explain::sentence(verdict, now)}};
}

explain::Json tenant_json(const record::Snapshot& snapshot, model::TenantIndex index,
                          const explain::Verdict& verdict) {
  const model::Tenant& tenant = snapshot.plan->tenant(index);
  const record::TenantRecord& record = snapshot.tenants.at(model::to_size(index));
  explain::Json labels = explain::Json::object();
  for (std::size_t i = 0; i < tenant.label_values.size(); ++i)
    if (!tenant.label_values[i].empty())
      labels[snapshot.plan->label_names()[i]] = tenant.label_values[i];
  return {{"tenant", tenant.name},
          {"base_url", tenant.base_url},
          {"onboarding", to_text(tenant.onboarding)},
          {"labels", labels},
          {"verdict", verdict_json(verdict, snapshot.taken.wall)},
          {"in_maintenance", record.in_maintenance},
          {"certificate_expiry", explain::moment_or_null(record.certificate_expiry)},
          {"token",
           {{"accepted", explain::or_null(record.token.accepted)},
            {"changes", record.token.changes},
            {"last_change", explain::moment_or_null(record.token.last_change)},
            {"read_errors", record.token.read_errors},
            {"expiry", explain::moment_or_null(record.token.expiry)}}}};
}

}  // namespace

tl::expected<std::string, ApiError> api_status(const record::Snapshot& snapshot,
                                               const ApiExporter& exporter,
                                               const ApiParameters& parameters) {
  if (auto fine = refuse_parameters(parameters); !fine) return tl::unexpected(fine.error());
  const auto& tenants = snapshot.plan->tenants();
  std::vector<std::size_t> by_name(tenants.size());
  std::iota(by_name.begin(), by_name.end(), std::size_t{0});
  std::sort(by_name.begin(), by_name.end(),
            [&](std::size_t a, std::size_t b) { return tenants[a].name < tenants[b].name; });
  const std::vector<explain::Verdict> verdicts = explain::judge_tenants(snapshot);
  explain::Json list = explain::Json::array();
  for (const std::size_t i : by_name)
    list.push_back(tenant_json(snapshot, model::TenantIndex(i), verdicts[i]));
  return api_document(explain::dumped(
      explain::Json{{"exporter", exporter_json(snapshot, exporter)}, {"tenants", list}}));
}

}  // namespace reinfer::api
