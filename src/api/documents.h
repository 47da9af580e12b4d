// The documents of the JSON API, version 1: snapshots and evidence in, text out. openapi.json in
// this folder describes them for users. Used by the routes under /api/v1; pure, any thread. It
// knows no HTTP but the status codes of its errors.
//
// Every document is {"status":"ok","data":...,"next":...} or {"status":"error","error":{"code",
// "message"}}. `next` is the cursor of the page after this one, null on the last and where there
// are no pages. Lists have the same order in every request.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "history/incident_query.h"
#include "record/incident_facts.h"
#include "record/ledger.h"
#include "record/snapshot.h"

namespace reinfer::api {

inline constexpr const char* kApiType = "application/json; charset=utf-8";

struct ApiError {
  int http_status = 500;
  std::string code;     // for programs: "bad_parameter", "not_found", ...
  std::string message;  // for people
  bool operator==(const ApiError&) const = default;
};

std::string to_json(const ApiError& error);
// 503: there is a history that has no answer now.
ApiError history_unavailable();

// The query of a request, decoded.
using ApiParameters = std::multimap<std::string, std::string>;

// A page's size where the request names none, and at most.
inline constexpr std::size_t kPageDefault = 100;
inline constexpr std::size_t kPageMax = 1000;

// The exporter's own facts that are not in the ledger.
struct ApiExporter {
  base::WallTime started{};
  std::string config_file;
};

// /api/v1/status: the exporter, and every tenant by name with its verdict. Takes no parameters.
tl::expected<std::string, ApiError> api_status(const record::Snapshot& snapshot,
                                               const ApiExporter& exporter,
                                               const ApiParameters& parameters);

// /api/v1/targets: targets by tenant and probe. Parameters: limit, cursor, tenant, fault, outcome
// (of the last result; a target without a result has neither).
tl::expected<std::string, ApiError> api_targets(const record::Snapshot& snapshot,
                                                const ApiParameters& parameters);

// Ledger::evidence, for one target at a time, since evidence is large. It may know a younger plan
// than the snapshot; a target that is no longer in it has no evidence.
using EvidenceOf = std::function<std::optional<record::TargetEvidence>(std::string_view tenant,
                                                                       std::string_view probe)>;

// /api/v1/targets/{tenant}/{probe}: all there is of one target, without secrets. Takes no
// parameters.
tl::expected<std::string, ApiError> api_target(const record::Snapshot& snapshot,
                                               const EvidenceOf& evidence_of,
                                               std::string_view tenant, std::string_view probe,
                                               const ApiParameters& parameters);

// /api/v1/failures: the failures that are remembered, the latest first. Parameters: limit, cursor,
// tenant, probe, fault, since.
tl::expected<std::string, ApiError> api_failures(const record::Snapshot& snapshot,
                                                 const EvidenceOf& evidence_of,
                                                 const ApiParameters& parameters);

// The history's answer; nullopt if it has none now.
using IncidentsOf = std::function<std::optional<std::vector<record::IncidentFacts>>(
    const history::IncidentQuery& query)>;

// /api/v1/incidents: those that the history knows, the newest first. Parameters: limit, cursor,
// tenant, probe, fault, since.
tl::expected<std::string, ApiError> api_incidents(const record::Snapshot& snapshot,
                                                  const IncidentsOf& incidents_of,
                                                  const ApiParameters& parameters);

// /api/v1/incidents/{id}: one of them with the evidence of its failures. Takes no parameters.
tl::expected<std::string, ApiError> api_incident(const record::Snapshot& snapshot,
                                                 const record::IncidentFacts& incident,
                                                 const std::vector<model::ProbeResult>& evidence,
                                                 const ApiParameters& parameters);

// An incident as /api/v1/incidents lists it, on one line.
std::string incident_object(const record::IncidentFacts& incident);

// /api/v1/openapi.json: OpenAPI 3.1, with this exporter as its server.
// `external_url`: under which people reach the exporter, may be empty. `prefix`: of every path.
std::string openapi_document(const std::string& external_url, const std::string& prefix);

}  // namespace reinfer::api
