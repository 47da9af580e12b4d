#include "simulator/control.h"

#include <array>
#include <nlohmann/json.hpp>

namespace reinfer::simulator {
namespace {

using nlohmann::json;

Reply done() {
  return json_reply(200, R"({"status":"ok"})");
}

std::string text_member(const json& object, const char* key, std::string_view otherwise) {
  const auto member = object.find(key);
  const bool is_text = member != object.end() && member->is_string();
  return is_text ? member->get<std::string>() : std::string(otherwise);
}

Reply post_fault(World& world, const json& body) {
  const auto parsed = parse_fault(text_member(body, "mode", ""));
  if (const auto* problem = std::get_if<Problem>(&parsed)) return error_reply(400, problem->text);
  world.set_fault(text_member(body, "tenant", "*"), std::get<Fault>(parsed));
  return done();
}

Reply post_token(World& world, const json& body) {
  const std::string token = text_member(body, "token", "");
  if (token.empty()) return error_reply(400, "token: expected a text");
  world.set_token(token);
  return done();
}

Reply post_certificate(World& world, const json& body) {
  const auto name = certificate_from_text(text_member(body, "name", ""));
  if (!name) return error_reply(400, "name: expected valid, expired or wrong_name");
  world.set_certificate(*name);
  return done();
}

Reply post_reset(World& world, const json&) {
  world.reset();
  return done();
}

Reply get_requests(World& world, const json&) {
  const RequestsSeen seen = world.requests_seen();
  json by_path = json::object();
  for (const auto& [path, counts] : seen.by_path)
    for (const auto& [status, count] : counts)
      by_path[path][std::to_string(status)] = count;
  json last = json::array();
  for (const RequestSeen& request : seen.last)
    last.push_back({{"method", request.method},
                    {"path", request.path},
                    {"x-request-id", request.request_id},
                    {"user-agent", request.user_agent},
                    {"authorization", to_text(request.authorization)},
                    {"status", request.status}});
  const json body = {{"status", "ok"},
                     {"requests", seen.requests},
                     {"connections", seen.connections},
                     {"connections_with_requests", seen.connections_with_requests},
                     {"by_path", std::move(by_path)},
                     {"last", std::move(last)}};
  // Paths come from the peer and need not be UTF-8, which dump() would refuse by exception.
  return json_reply(200, body.dump(-1, ' ', false, json::error_handler_t::replace));
}

struct ControlRoute {
  std::string_view method;
  std::string_view name;
  Reply (*answer)(World&, const json&);
};

constexpr std::array<ControlRoute, 5> kRoutes = {{
    {"POST", "fault", post_fault},
    {"POST", "token", post_token},
    {"POST", "certificate", post_certificate},
    {"POST", "reset", post_reset},
    {"GET", "requests", get_requests},
}};

}  // namespace

Reply answer_control(World& world, const Request& request, const std::vector<std::string>& rest) {
  const std::string_view name = rest.size() == 1 ? std::string_view(rest[0]) : "";
  for (const ControlRoute& route : kRoutes) {
    if (route.name != name) continue;
    if (route.method != request.method) return error_reply(405, "405 Method Not Allowed");
    const json body = json::parse(request.body, nullptr, false);
    return route.answer(world, body.is_object() ? body : json::object());
  }
  return error_reply(404, "simulator: no such control");
}

}  // namespace reinfer::simulator
