#include "simulator/respond.h"

#include "simulator/control.h"
#include "simulator/token_endpoint.h"

namespace reinfer::simulator {
namespace {

constexpr std::string_view kPortalPage =
    "<!doctype html><html><head><title>UiPath Automation Cloud</title></head>"
    "<body><div id=\"root\"></div></body></html>";
constexpr std::string_view kNowherePage =
    "<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n"
    "<center><h1>404 Not Found</h1></center>\r\n<hr><center>nginx</center>\r\n</body></html>\r\n";

// A path that names no mode, or one that no path can choose, is a mistake in a test: say so
// instead of being healthy.
std::optional<Problem> problem_in_path(const Place& place) {
  if (place.fault.empty()) return std::nullopt;
  const auto parsed = parse_fault(place.fault);
  if (const auto* problem = std::get_if<Problem>(&parsed)) return *problem;
  if (std::get<Fault>(parsed).mode->scope == FaultScope::connection)
    return Problem{place.fault + ": acts before any path is known, set it at run time"};
  return std::nullopt;
}

base::Nanoseconds token_lifetime(const World& world, const std::optional<ChosenFault>& chosen) {
  const bool shortened = chosen && chosen->fault.mode->name == "oauth_expires_in";
  return shortened ? chosen->fault.parameter.high : world.options().token_lifetime;
}

const std::vector<std::string>* permissions_in(const Options& options, const std::string& tenant) {
  const auto limited = options.tenant_permissions.find(tenant);
  return limited == options.tenant_permissions.end() ? nullptr : &limited->second;
}

Reply healthy(World& world, const Request& request, const Place& place, Authorization authorization,
              const std::optional<ChosenFault>& chosen) {
  switch (place.area) {
    case Area::api:
      return answer({.method = request.method,
                     .segments = place.rest,
                     .body = request.body,
                     .authorization = authorization,
                     .auth_before_routing = world.options().auth_before_routing,
                     .permissions = permissions_in(world.options(), place.tenant)});
    case Area::token_endpoint:
      return answer_token(world, request, place.rest, token_lifetime(world, chosen));
    case Area::portal:
      return edge_reply(200, "text/html; charset=utf-8", kPortalPage);
    case Area::control:
      return answer_control(world, request, place.rest);
    case Area::nowhere:
      return edge_reply(404, "text/html", kNowherePage);
  }
  return error_reply(500, "500 Internal Server Error");
}

bool sends_status(Delivery delivery) {
  return delivery != Delivery::raw && delivery != Delivery::close_before_headers &&
         delivery != Delivery::reset && delivery != Delivery::never_answer;
}

std::string_view route_name(const Request& request, const Place& place) {
  const Route* route = place.area == Area::api ? find_route(request.method, place.rest) : nullptr;
  return route == nullptr ? std::string_view() : route->name;
}

}  // namespace

Response respond(World& world, const Request& request) {
  const Place place = find_place(request.path);
  if (place.area == Area::control)
    return {answer_control(world, request, place.rest), world.draw_marks(), {}, false};
  if (const auto problem = problem_in_path(place))
    return {error_reply(400, "simulator: " + problem->text), world.draw_marks(), {}, false};

  const Authorization authorization = world.judge(place.tenant, request.header("authorization"));
  const bool can_fail = place.area == Area::api || place.area == Area::token_endpoint;
  const auto chosen =
      can_fail ? world.choose_fault(place, route_name(request, place)) : std::nullopt;
  Response response;
  response.reply = healthy(world, request, place, authorization, chosen);
  if (chosen) {
    const FaultContext context{
        chosen->fault.parameter, request, place.tenant, chosen->dice, chosen->turn, chosen->age,
        world.now().wall};
    chosen->fault.mode->apply(context, response.reply);
  }
  response.marks = world.draw_marks();
  response.latency = response.reply.latency.value_or(world.options().latency);
  response.counts = true;
  world.count_request({request.method, request.path, std::string(request.header("x-request-id")),
                       std::string(request.header("user-agent")), authorization,
                       sends_status(response.reply.delivery) ? response.reply.status : 0});
  return response;
}

}  // namespace reinfer::simulator
