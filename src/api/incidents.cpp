#include <fmt/format.h>

#include "api/documents.h"
#include "api/envelope.h"
#include "api/query.h"
#include "explain/json.h"
#include "explain/probe_report.h"

namespace reinfer::api {
namespace {

explain::Json incident_json(const record::IncidentFacts& incident) {
  explain::Json faults = explain::Json::object();
  std::uint64_t results = 0;
  for (std::size_t i = 0; i < incident.counts.size(); ++i) {
    results += incident.counts[i];
    if (i > 0) faults[std::string(to_label(static_cast<model::Fault>(i)))] = incident.counts[i];
  }
  return {{"id", incident.id},
          {"tenant", incident.tenant},
          {"probe", incident.probe},
          {"url", incident.url},
          {"configured", !incident.removed},
          {"since", base::rfc3339(incident.since)},
          {"recovered", explain::moment_or_null(incident.recovered)},
          {"last_failure", base::rfc3339(incident.last_failure)},
          {"fault", to_label(incident.fault)},
          {"outcome", to_label(incident.outcome)},
          {"failures", incident.failures},
          {"results", results},
          {"failures_by_fault", std::move(faults)},
          {"in_maintenance", incident.maintained}};
}

}  // namespace

ApiError history_unavailable() {
  return {503, "history_unavailable", "the history cannot be read now, the log says why"};
}

std::string incident_object(const record::IncidentFacts& incident) {
  return explain::dumped(incident_json(incident));
}

tl::expected<std::string, ApiError> api_incidents(const record::Snapshot& snapshot,
                                                  const IncidentsOf& incidents_of,
                                                  const ApiParameters& parameters) {
  auto query = parse_incidents_query(parameters, snapshot.taken.wall);
  if (!query) return tl::unexpected(query.error());
  const std::size_t limit = query->limit;
  // One more shows whether there is another page.
  query->limit = limit + 1;
  auto incidents = incidents_of(*query);
  if (!incidents) return tl::unexpected(history_unavailable());
  std::optional<std::string> next;
  if (incidents->size() > limit) {
    incidents->pop_back();
    next = cursor_of(incidents->back());
  }
  std::vector<std::string> items;
  for (const record::IncidentFacts& incident : *incidents)
    items.push_back(incident_object(incident));
  return api_document(json_array(items), next);
}

tl::expected<std::string, ApiError> api_incident(const record::Snapshot& snapshot,
                                                 const record::IncidentFacts& incident,
                                                 const std::vector<model::ProbeResult>& evidence,
                                                 const ApiParameters& parameters) {
  if (auto fine = refuse_parameters(parameters); !fine) return tl::unexpected(fine.error());
  std::vector<std::string> items;
  // Without its target a result has no request to show.
  const auto target = snapshot.plan->find_target(incident.tenant, incident.probe);
  if (target)
    for (model::ProbeResult result : evidence) {
      result.target = *target;
      items.push_back(explain::to_evidence_json(*snapshot.plan, result));
    }
  std::string document = incident_object(incident);
  document.pop_back();
  return api_document(document + ",\"evidence\":" + json_array(items) + "}");
}

}  // namespace reinfer::api
