#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "api/documents.h"
#include "api/envelope.h"
#include "api/query.h"
#include "base/text.h"
#include "explain/json.h"
#include "explain/probe_report.h"

namespace reinfer::api {
namespace {

constexpr std::size_t kNameBytesMax = 100;

explain::Json last_json(const std::optional<record::LastResult>& last) {
  if (!last) return nullptr;
  return {{"finished", base::rfc3339(last->finished)},
          {"outcome", to_label(last->outcome)},
          {"fault", to_label(model::fault_of(last->outcome))},
          {"application_answered", explain::or_null(last->application_answered)},
          {"response_size_bytes", explain::or_null(last->body_bytes)}};
}

// The members that the list and the single target share.
explain::Json target_json(const record::Snapshot& snapshot, std::size_t index) {
  const model::Target& target = snapshot.plan->targets()[index];
  const record::TargetRecord& record = snapshot.targets[index];
  return {{"tenant", target.tenant_name},
          {"probe", target.probe},
          {"method", target.method},
          {"url", target.url},
          {"interval_seconds", base::to_seconds(target.interval)},
          {"paid", target.paid},
          {"in_maintenance", snapshot.tenants.at(model::to_size(target.tenant)).in_maintenance},
          {"in_flight", record.in_flight},
          {"last", last_json(record.last)},
          {"last_success", explain::moment_or_null(record.last_success)},
          {"results", record.results()},
          {"skipped", record.skips()}};
}

std::string_view to_text(model::JsonType type) {
  constexpr std::array<std::string_view, 6> kNames = {"any",    "array",  "object",
                                                      "string", "number", "boolean"};
  return kNames.at(static_cast<std::size_t>(type));
}

// The request of a target without anything that could be secret: no header values, no proxy.
explain::Json definition_json(const model::Target& target) {
  const model::Expectation& expected = target.expectation;
  const auto text_or_null = [](const std::string& text) {
    return text.empty() ? explain::Json(nullptr) : explain::Json(text);
  };
  return {{"method", target.method},
          {"url", target.url},
          {"body", text_or_null(target.body)},
          {"expectation",
           {{"http_status", explain::or_null(expected.http_status)},
            {"key", text_or_null(expected.key)},
            {"type", to_text(expected.type)},
            {"length", explain::or_null(expected.length)}}},
          {"paid", target.paid},
          {"connection", target.connection == model::ConnectionMode::fresh ? "fresh" : "reuse"},
          {"interval_seconds", base::to_seconds(target.interval)},
          {"timeout_seconds", base::to_seconds(target.deadlines.total)},
          {"resolve_timeout_seconds", base::to_seconds(target.deadlines.resolve)},
          {"connect_timeout_seconds", base::to_seconds(target.deadlines.connect)},
          {"tls_timeout_seconds", base::to_seconds(target.deadlines.tls)},
          {"body_bytes_max", target.body_bytes_max}};
}

// Counts under the labels of their enumerators, zeros too.
template <typename Enum, std::size_t kCount>
explain::Json counts_json(const std::array<std::uint64_t, kCount>& counts) {
  explain::Json json = explain::Json::object();
  for (std::size_t i = 0; i < kCount; ++i)
    json[std::string(to_label(static_cast<Enum>(i)))] = counts[i];
  return json;
}

explain::Json codes_json(const record::TargetRecord& record) {
  explain::Json json = explain::Json::object();
  for (const auto& [code, count] : record.http_codes)
    json[std::to_string(code)] = count;
  if (record.http_codes_other > 0) json["other"] = record.http_codes_other;
  return json;
}

explain::Json phases_json(const std::array<record::PhaseTotal, record::kPhaseCount>& phases) {
  explain::Json json = explain::Json::object();
  for (std::size_t i = 0; i < record::kPhaseCount; ++i)
    json[std::string(to_label(static_cast<record::Phase>(i)))] = {{"seconds", phases[i].seconds},
                                                                  {"samples", phases[i].samples}};
  return json;
}

// `quantiles`: of the same figure. They are measured, as the page's are; the buckets are what
// Prometheus has.
explain::Json latency_json(const record::LatencyHistogram& latency,
                           const std::optional<record::RecentQuantiles>& quantiles) {
  const record::Histogram& histogram = latency.classic();
  explain::Json buckets = explain::Json::array();
  std::uint64_t up_to = 0;
  for (std::size_t i = 0; i < histogram.edges().size(); ++i) {
    up_to += histogram.counts()[i];
    buckets.push_back({{"le_seconds", histogram.edges()[i]}, {"count", up_to}});
  }
  const auto seconds = [&](std::uint32_t record::RecentQuantiles::*value) {
    return quantiles ? explain::Json((*quantiles).*value / 1e6) : explain::Json(nullptr);
  };
  return {{"count", histogram.count()},
          {"sum_seconds", histogram.sum()},
          {"recent_count", quantiles ? quantiles->count : 0},
          {"p50_seconds", seconds(&record::RecentQuantiles::p50)},
          {"p90_seconds", seconds(&record::RecentQuantiles::p90)},
          {"p95_seconds", seconds(&record::RecentQuantiles::p95)},
          {"p99_seconds", seconds(&record::RecentQuantiles::p99)},
          {"buckets", std::move(buckets)}};
}

explain::Json details_json(const record::Snapshot& snapshot, std::size_t index,
                           const record::RecentResults& recent) {
  const record::TargetRecord& record = snapshot.targets[index];
  explain::Json json = target_json(snapshot, index);
  json["definition"] = definition_json(snapshot.plan->targets()[index]);
  json["slots"] = {{"due", record.results() + record.skips() + (record.in_flight ? 1 : 0)},
                   {"results", record.results()},
                   {"skipped", record.skips()},
                   {"in_flight", record.in_flight ? 1 : 0}};
  json["outcomes"] = counts_json<model::Outcome>(record.outcomes);
  json["skipped_by_reason"] = counts_json<model::SkipReason>(record.skipped);
  json["http_codes"] = codes_json(record);
  json["server_timing"] = counts_json<model::ServerTimingState>(record.server_timing);
  json["phases"] = phases_json(record.phases);
  const auto latency = [&](const record::LatencyHistogram& histogram, model::LatencyFigure figure) {
    return latency_json(histogram, recent.quantiles(figure, snapshot.taken.mono));
  };
  json["latency"] = {
      {"duration", latency(record.duration, model::LatencyFigure::total)},
      {"server_processing", latency(record.server_processing, model::LatencyFigure::server_time)},
      {"network_overhead", latency(record.network_overhead, model::LatencyFigure::path)}};
  return json;
}

template <typename Results>
std::string evidence_array(const model::Plan& plan, const Results& results) {
  std::vector<std::string> items;
  for (const model::ProbeResult& result : results)
    items.push_back(explain::to_evidence_json(plan, result));
  return json_array(items);
}

bool matches(const TargetsQuery& query, const model::Target& target,
             const record::TargetRecord& record) {
  if (query.tenant && *query.tenant != target.tenant_name) return false;
  if (query.after && std::tie(target.tenant_name, target.probe) <=
                         std::tie(query.after->first, query.after->second))
    return false;
  if (!query.fault && !query.outcome) return true;
  if (!record.last) return false;
  return (!query.fault || *query.fault == model::fault_of(record.last->outcome)) &&
         (!query.outcome || *query.outcome == record.last->outcome);
}

}  // namespace

tl::expected<std::string, ApiError> api_targets(const record::Snapshot& snapshot,
                                                const ApiParameters& parameters) {
  const auto query = parse_targets_query(parameters, *snapshot.plan);
  if (!query) return tl::unexpected(query.error());
  const auto& targets = snapshot.plan->targets();
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < targets.size(); ++i)
    if (matches(*query, targets[i], snapshot.targets[i])) chosen.push_back(i);
  std::sort(chosen.begin(), chosen.end(), [&](std::size_t a, std::size_t b) {
    return std::tie(targets[a].tenant_name, targets[a].probe) <
           std::tie(targets[b].tenant_name, targets[b].probe);
  });
  std::optional<std::string> next;
  if (chosen.size() > query->limit) {
    chosen.resize(query->limit);
    next = cursor_of(targets[chosen.back()].tenant_name, targets[chosen.back()].probe);
  }
  explain::Json list = explain::Json::array();
  for (const std::size_t i : chosen)
    list.push_back(target_json(snapshot, i));
  return api_document(explain::dumped(list), next);
}

tl::expected<std::string, ApiError> api_target(const record::Snapshot& snapshot,
                                               const EvidenceOf& evidence_of,
                                               std::string_view tenant, std::string_view probe,
                                               const ApiParameters& parameters) {
  if (auto fine = refuse_parameters(parameters); !fine) return tl::unexpected(fine.error());
  const auto found = snapshot.plan->find_target(tenant, probe);
  if (!found)
    return tl::unexpected(ApiError{
        404, "not_found",
        fmt::format("no target is called {}/{}, allowed: those of /api/v1/targets",
                    base::sanitise(tenant, kNameBytesMax), base::sanitise(probe, kNameBytesMax))});
  const std::size_t index = model::to_size(*found);
  const auto kept = evidence_of(tenant, probe);
  const model::Plan& plan = kept ? *kept->plan : *snapshot.plan;
  const record::Evidence evidence = kept ? kept->evidence : record::Evidence();
  const std::vector<model::ProbeResult> latest_first(evidence.failures().rbegin(),
                                                     evidence.failures().rend());
  // Evidence is text already: it takes the place of the last brace.
  std::string data = explain::dumped(details_json(snapshot, index, evidence.recent()));
  data.pop_back();
  data += R"(,"evidence":{"failures":)" + evidence_array(plan, latest_first) + R"(,"slowest":)" +
          evidence_array(plan, evidence.slowest()) + "}}";
  return api_document(data);
}

}  // namespace reinfer::api
