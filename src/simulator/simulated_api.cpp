#include "simulator/simulated_api.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include "base/text.h"
#include "simulator/payloads.h"

namespace reinfer::simulator {
namespace {

#define SIM_DATASET_PATH "api/v1/datasets/{project}/{dataset}"
#define SIM_SOURCE_PATH "api/v1/sources/{project}/{source}"

// Where two patterns fit, the first wins: "id:..." stands before a project's name.
constexpr auto kRoutes = std::to_array<Route>({
    {"sources", "GET", "api/v1/sources", payload::kSources, "sources-read"},
    {"source_by_id", "GET", "api/v1/sources/{source_id}", payload::kSource, "sources-read"},
    {"sources_project", "GET", "api/v1/sources/{project}", payload::kSources, "sources-read"},
    {"source", "GET", SIM_SOURCE_PATH, payload::kSource, "sources-read"},
    {"source_statistics", "POST", SIM_SOURCE_PATH "/statistics", payload::kSourceStatistics,
     "sources-read"},
    {"comment", "GET", SIM_SOURCE_PATH "/comments/{comment}", payload::kComment, "sources-read"},
    {"datasets", "GET", "api/v1/datasets", payload::kDatasets, "voc-readonly"},
    {"dataset_by_id", "GET", "api/v1/datasets/{dataset_id}", payload::kDataset, "voc-readonly"},
    {"datasets_project", "GET", "api/v1/datasets/{project}", payload::kDatasets, "voc-readonly"},
    {"dataset", "GET", SIM_DATASET_PATH, payload::kDataset, "voc-readonly"},
    {"streams", "GET", SIM_DATASET_PATH "/streams", payload::kStreams, "voc-readonly streams-read"},
    {"stream", "GET", SIM_DATASET_PATH "/streams/{stream}", payload::kStream,
     "voc-readonly streams-read"},
    {"stream_results", "GET", SIM_DATASET_PATH "/streams/{stream}/results", payload::kStreamResults,
     "voc-readonly sources-read streams-consume"},
    {"model_tags", "GET", SIM_DATASET_PATH "/model-tags", payload::kModelTags, "voc-readonly"},
    {"validation", "GET", SIM_DATASET_PATH "/labellers/{version}/validation", payload::kValidation,
     "voc-readonly"},
    {"predict", "POST", SIM_DATASET_PATH "/labellers/{version}/predict", payload::kPredict,
     "voc-readonly sources-read", "documents"},
    {"predict_comments", "POST", SIM_DATASET_PATH "/labellers/{version}/predict-comments",
     payload::kPredict, "voc-readonly sources-read", "uids"},
    {"projects", "GET", "api/v1/projects", payload::kProjects, ""},
    {"private_projects", "GET", "api/_private/projects", payload::kPrivateProjects, ""},
    {"users", "GET", "api/v1/users", payload::kUsers, "users-read tenant-users-read"},
    {"current_user", "GET", "auth/user", payload::kCurrentUser, ""},
    {"audit", "POST", "api/v1/audit_events/query", payload::kAudit, "audit-read"},
    {"consumability", "GET", "api/_private/ixp/consumability", payload::kConsumability, ""},
    {"labeller_status", "GET", "api/_private/datasets/{project}/{dataset}/labellers/status",
     payload::kLabellerStatus, "voc-readonly"},
    {"quotas", "GET", "api/_private/quotas", payload::kQuotas, "tenant-quota-read"},
});

constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kKnownNames = {{
    {"{project}", "demo"},
    {"{source}", "emails"},
    {"{source_id}", "id:89abcdef01234567"},
    {"{dataset}", "support"},
    {"{dataset_id}", "id:0123456789abcdef"},
    {"{stream}", "triage"},
    {"{comment}", "0123456789abcdef.1"},
    {"{version}", "7"},
    {"{version}", "live"},
}};

bool is_placeholder(std::string_view piece) {
  return piece.starts_with('{');
}

bool is_known(std::string_view placeholder, std::string_view name) {
  for (const auto& [known_placeholder, known_name] : kKnownNames)
    if (known_placeholder == placeholder && known_name == name) return true;
  return false;
}

bool fits(std::string_view pattern, const std::vector<std::string>& segments) {
  const auto pieces = base::split(pattern, '/');
  if (pieces.size() != segments.size()) return false;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const bool by_id = pieces[i].ends_with("_id}");
    if (is_placeholder(pieces[i])) {
      if (segments[i].empty() || (by_id && !segments[i].starts_with("id:"))) return false;
    } else if (pieces[i] != segments[i]) {
      return false;
    }
  }
  return true;
}

// The first name the tenant does not have.
std::optional<std::string> unknown_name(const Route& route,
                                        const std::vector<std::string>& segments) {
  const auto pieces = base::split(route.pattern, '/');
  for (std::size_t i = 0; i < pieces.size(); ++i)
    if (is_placeholder(pieces[i]) && !is_known(pieces[i], segments[i])) return segments[i];
  return std::nullopt;
}

// Whether the user has each permission that the route needs.
bool is_allowed(const Route& route, const std::vector<std::string>* permissions) {
  if (permissions == nullptr || route.needs.empty()) return true;
  for (const std::string_view needed : base::split(route.needs, ' '))
    if (std::find(permissions->begin(), permissions->end(), needed) == permissions->end())
      return false;
  return true;
}

Reply refuse() {
  return error_reply(401, "401 Unauthorized");
}

Reply current_user(const Route& route, const std::vector<std::string>& permissions) {
  using nlohmann::json;
  json body = json::parse(route.body);
  body["user"]["organisation_permissions"]["demo"] = permissions;
  return json_reply(200, body.dump());
}

Reply predict(const Route& route, std::string_view request_body) {
  using nlohmann::json;
  const json request = json::parse(request_body, nullptr, false);
  if (!request.is_object() || !request.contains(route.predicts_for))
    return error_reply(400, "'" + std::string(route.predicts_for) + "' is a required property");
  const json& items = request[std::string(route.predicts_for)];
  if (!items.is_array())
    return error_reply(400, "'" + std::string(route.predicts_for) + "' is not of type 'array'");
  json body = json::parse(route.body);
  const json prediction = json::array({{{"name", {"Order", "Missing"}}, {"probability", 0.65}}});
  body["predictions"] = json::array();
  for (std::size_t i = 0; i < items.size(); ++i)
    body["predictions"].push_back(prediction);
  return json_reply(200, body.dump());
}

}  // namespace

std::string_view to_text(Authorization authorization) {
  constexpr std::array<std::string_view, 3> kNames = {"ok", "bad", "missing"};
  return kNames[static_cast<std::size_t>(authorization)];
}

std::span<const Route> routes() {
  return kRoutes;
}

std::vector<std::string_view> permissions() {
  std::set<std::string_view> needed;
  for (const Route& route : kRoutes)
    if (!route.needs.empty())
      for (const std::string_view permission : base::split(route.needs, ' '))
        needed.insert(permission);
  return {needed.begin(), needed.end()};
}

const Route* find_route(std::string_view method, const std::vector<std::string>& segments) {
  const Route* other_method = nullptr;
  for (const Route& route : kRoutes) {
    if (!fits(route.pattern, segments)) continue;
    if (route.method == method) return &route;
    other_method = &route;
  }
  return other_method;
}

Reply answer(const ApiCall& call) {
  const bool unauthorized = call.authorization != Authorization::ok;
  if (unauthorized && call.auth_before_routing) return refuse();
  const Route* route = find_route(call.method, call.segments);
  if (route == nullptr) return error_reply(404, "404 Not Found");
  if (route->method != call.method) return error_reply(405, "405 Method Not Allowed");
  if (unauthorized) return refuse();
  if (!is_allowed(*route, call.permissions)) return error_reply(403, "Permission denied");
  if (const auto name = unknown_name(*route, call.segments))
    return error_reply(404, "'" + *name + "' not found");
  if (!route->predicts_for.empty()) return predict(*route, call.body);
  if (route->name == "current_user" && call.permissions != nullptr)
    return current_user(*route, *call.permissions);
  return json_reply(200, std::string(route->body));
}

}  // namespace reinfer::simulator
