#include "explain/probe_report.h"

#include <array>

#include "explain/curl_line.h"
#include "explain/json.h"

namespace reinfer::explain {
namespace {

Json phases_json(const model::PhaseTimings& phases) {
  struct Row {
    const char* name;
    const std::optional<base::Nanoseconds>& value;
  };
  const std::array<Row, 6> rows = {{{"resolve", phases.resolve},
                                    {"connect", phases.connect},
                                    {"tls", phases.tls},
                                    {"send", phases.send},
                                    {"wait", phases.wait},
                                    {"receive", phases.receive}}};
  Json json = Json::object();
  for (const Row& row : rows)
    if (row.value) json[row.name] = base::to_seconds(*row.value);
  return json;
}

Json server_timing_json(const std::vector<model::ServerTiming>& entries) {
  Json json = Json::array();
  for (const model::ServerTiming& entry : entries) {
    Json item = {{"name", entry.name}};
    if (entry.duration_ms) item["duration_ms"] = *entry.duration_ms;
    item["description"] = entry.description;
    json.push_back(std::move(item));
  }
  return json;
}

Json tls_json(const std::optional<model::TlsFacts>& tls) {
  if (!tls) return nullptr;
  Json json = {{"version", tls->version}, {"cipher", tls->cipher}};
  json["certificate_expiry"] = moment_or_null(tls->earliest_expiry);
  return json;
}

Json tcp_json(const std::optional<model::TcpFacts>& tcp) {
  if (!tcp) return nullptr;
  return {{"rtt_seconds", seconds_or_null(tcp->rtt)}, {"retransmits", tcp->retransmits}};
}

Json headers_json(const std::vector<model::Header>& headers) {
  Json json = Json::array();
  for (const model::Header& header : headers)
    json.push_back({{"name", header.name}, {"value", header.value}});
  return json;
}

Json result_json(std::string_view tenant, std::string_view probe,
                 const model::ProbeResult& result) {
  return {
      {"tenant", tenant},
      {"probe", probe},
      {"outcome", model::to_label(result.outcome)},
      {"fault", model::to_label(model::fault_of(result.outcome))},
      {"http_status", or_null(result.http_status)},
      {"started", base::rfc3339(result.started.wall)},
      {"duration_seconds", seconds_or_null(result.phases.total)},
      {"phases", phases_json(result.phases)},
      {"clock_source", result.clock_source == model::ClockSource::kernel ? "kernel" : "user"},
      {"wait_uncertainty_seconds", base::to_seconds(result.uncertainty.wait)},
      {"duration_uncertainty_seconds", base::to_seconds(result.uncertainty.total)},
      {"server_timing", server_timing_json(result.server_timing)},
      {"server_processing_seconds", seconds_or_null(result.server_processing)},
      {"network_overhead_seconds", seconds_or_null(result.network_overhead)},
      {"message", result.message},
      {"request_id", result.request_id},
      {"response_size_bytes", or_null(result.body_bytes)},
      {"connection_reused", result.connection_reused},
      {"remote_address", result.remote_address},
      {"tcp", tcp_json(result.tcp)},
      {"tls", tls_json(result.tls)},
  };
}

Json result_json(const model::Plan& plan, const model::ProbeResult& result) {
  const model::Target& target = plan.target(result.target);
  return result_json(target.tenant_name, target.probe, result);
}

void add_headers(const model::ProbeResult& result, Json& json) {
  json["request_headers"] = headers_json(result.request_headers);
  json["response_headers"] = headers_json(result.response_headers);
}

}  // namespace

std::string to_json_line(const model::Plan& plan, const model::ProbeResult& result) {
  return dumped(result_json(plan, result));
}

std::string to_evidence_json(const model::Plan& plan, const model::ProbeResult& result) {
  Json json = result_json(plan, result);
  add_headers(result, json);
  json["curl"] = to_curl_line(plan, result);
  return dumped(json);
}

std::string to_past_json(std::string_view tenant, std::string_view probe,
                         const model::ProbeResult& result) {
  Json json = result_json(tenant, probe, result);
  add_headers(result, json);
  return dumped(json);
}

}  // namespace reinfer::explain
