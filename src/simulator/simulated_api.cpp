#include "simulator/simulated_api.h"

#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/text.h"
#include "simulator/payloads.h"

namespace reinfer::simulator {
namespace {

#define SIM_DATASET_PATH "api/v1/datasets/{project}/{dataset}"
#define SIM_SOURCE_PATH "api/v1/sources/{project}/{source}"

// Where two patterns fit, the first wins: "id:..." stands before a project's name.
constexpr auto kRoutes = std::to_array<Route>({
    {"sources", "GET", "api/v1/sources", payload::kSources},
    {"source_by_id", "GET", "api/v1/sources/{source_id}", payload::kSource},
    {"sources_project", "GET", "api/v1/sources/{project}", payload::kSources},
    {"source", "GET", SIM_SOURCE_PATH, payload::kSource},
    {"source_statistics", "POST", SIM_SOURCE_PATH "/statistics", payload::kSourceStatistics},
    {"comment", "GET", SIM_SOURCE_PATH "/comments/{comment}", payload::kComment},
    {"datasets", "GET", "api/v1/datasets", payload::kDatasets},
    {"dataset_by_id", "GET", "api/v1/datasets/{dataset_id}", payload::kDataset},
    {"datasets_project", "GET", "api/v1/datasets/{project}", payload::kDatasets},
    {"dataset", "GET", SIM_DATASET_PATH, payload::kDataset},
    {"streams", "GET", SIM_DATASET_PATH "/streams", payload::kStreams},
    {"stream", "GET", SIM_DATASET_PATH "/streams/{stream}", payload::kStream},
    {"stream_results", "GET", SIM_DATASET_PATH "/streams/{stream}/results",
     payload::kStreamResults},
    {"model_tags", "GET", SIM_DATASET_PATH "/model-tags", payload::kModelTags},
    {"validation", "GET", SIM_DATASET_PATH "/labellers/{version}/validation", payload::kValidation},
    {"predict", "POST", SIM_DATASET_PATH "/labellers/{version}/predict", payload::kPredict,
     "documents"},
    {"predict_comments", "POST", SIM_DATASET_PATH "/labellers/{version}/predict-comments",
     payload::kPredict, "uids"},
    {"projects", "GET", "api/v1/projects", payload::kProjects},
    {"private_projects", "GET", "api/_private/projects", payload::kPrivateProjects},
    {"users", "GET", "api/v1/users", payload::kUsers},
    {"current_user", "GET", "auth/user", payload::kCurrentUser},
    {"audit", "POST", "api/v1/audit_events/query", payload::kAudit},
    {"consumability", "GET", "api/_private/ixp/consumability", payload::kConsumability},
    {"labeller_status", "GET", "api/_private/datasets/{project}/{dataset}/labellers/status",
     payload::kLabellerStatus},
    {"quotas", "GET", "api/_private/quotas", payload::kQuotas},
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

Reply refuse() {
  return error_reply(401, "401 Unauthorized");
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
  if (const auto name = unknown_name(*route, call.segments))
    return error_reply(404, "'" + *name + "' not found");
  if (!route->predicts_for.empty()) return predict(*route, call.body);
  return json_reply(200, std::string(route->body));
}

}  // namespace reinfer::simulator
