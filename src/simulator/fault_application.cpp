#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/http_date.h"
#include "simulator/fault.h"

namespace reinfer::simulator {
namespace {

using nlohmann::json;
using enum ParameterKind;
using enum FaultScope;

constexpr std::uint64_t kMebibyte = 1024 * 1024;

template <class Change>
void change_json(Reply& reply, Change change) {
  json body = json::parse(reply.body, nullptr, false);
  if (!body.is_object()) return;
  change(body);
  reply.body = body.dump();
}

void say_error(int status, std::string_view message, Reply& reply) {
  reply = error_reply(status, message);
}

void drop_payload(Reply& reply) {
  change_json(reply, [](json& body) {
    const json status = body["status"];
    body = {{"status", status}};
  });
}

void empty_lists(Reply& reply) {
  change_json(reply, [](json& body) {
    for (json& value : body)
      if (value.is_array()) value = json::array();
  });
}

void set_status(Reply& reply, std::string_view status) {
  change_json(reply, [&](json& body) { body["status"] = status; });
}

// Inserted after the first brace, without parsing: the insertion may be deeper than any parser
// goes.
void add_member(Reply& reply, std::string_view member) {
  if (reply.body.starts_with('{')) reply.body.insert(1, std::string(member) + ",");
}

void deep_json(const FaultContext& context, Reply& reply) {
  const std::size_t depth = context.parameter.number;
  add_member(reply, "\"deep\":" + std::string(depth, '[') + std::string(depth, ']'));
}

void huge_body(const FaultContext& context, Reply& reply) {
  reply.compressible = false;
  add_member(reply,
             "\"filler\":\"" + std::string(context.parameter.number * kMebibyte, 'x') + "\"");
}

void throttle(const FaultContext& context, Reply& reply) {
  const FaultParameter& parameter = context.parameter;
  say_error(429, "429 Too Many Requests", reply);
  if (parameter.text == "none") return;
  const bool as_date = parameter.text == "date";
  reply.headers.push_back(
      {"retry-after", as_date ? base::format_http_date(context.now + std::chrono::seconds(30))
                              : std::to_string(parameter.number)});
}

void set_latency(const FaultContext& context, Reply& reply) {
  const FaultParameter& parameter = context.parameter;
  const double spread = base::to_seconds(parameter.high - parameter.low);
  reply.latency = parameter.low + base::from_seconds(spread * context.dice);
}

void rfc7807(const FaultContext& context, Reply& reply) {
  const auto code = static_cast<int>(context.parameter.number);
  reply = edge_reply(
      code, "application/problem+json",
      fmt::format(R"({{"type":"about:blank","title":"{}","status":{},"traceId":"00-0af7-01"}})",
                  reason_phrase(code), code));
}

constexpr auto
    kApplicationFaults =
        std::
            to_array<FaultMode>(
                {
                    {"ok", none, "", request, "ok", "healthy", leave_alone},
                    {"latency", duration_range, "300ms", request, "ok",
                     "the server takes that long", set_latency},
                    {"http_json", status_code, "500", request, "server_error",
                     "the application reports an error with that status",
                     [](const FaultContext& context, Reply& reply) {
                       const auto code = static_cast<int>(context.parameter.number);
                       say_error(code, fmt::format("{} {}", code, reason_phrase(code)), reply);
                     }},
                    {"ok_with_error_status", none, "", request, "protocol_error",
                     "HTTP 200 whose body says status error",
                     [](const FaultContext&, Reply& reply) {
                       say_error(200, "Something went wrong", reply);
                     }},
                    {"error_with_ok_status", none, "", request, "protocol_error",
                     "HTTP 500 whose body says status ok",
                     [](const FaultContext&, Reply& reply) {
                       reply.status = 500;
                       set_status(reply, "ok");
                     }},
                    {"status_other", none, "", request, "protocol_error",
                     "status is neither ok nor error",
                     [](const FaultContext&, Reply& reply) { set_status(reply, "degraded"); }},
                    {"missing_key", none, "", request, "protocol_error",
                     "status ok without the payload",
                     [](const FaultContext&, Reply& reply) { drop_payload(reply); }},
                    {"empty_list", none, "", request, "ok",
                     "lists come back empty with 200, as when permissions were lost",
                     [](const FaultContext&, Reply& reply) { empty_lists(reply); }},
                    {"rfc7807", status_code, "500", request, "gateway_error",
                     "problem details of another service, whose status is a number", rfc7807},
                    {"token_rotated", none, "", request, "unauthorized",
                     "the token was regenerated elsewhere",
                     [](const FaultContext&, Reply& reply) {
                       say_error(401, "401 Unauthorized", reply);
                     }},
                    {"permission_401", none, "", request, "unauthorized",
                     "a lost permission, reported as 401",
                     [](const FaultContext&, Reply& reply) {
                       say_error(401, "Permission denied", reply);
                     }},
                    {"permission_403", none, "", request, "forbidden",
                     "a lost permission, reported as 403",
                     [](const FaultContext&, Reply& reply) {
                       say_error(403, "Permission denied", reply);
                     }},
                    {"throttle", retry_after, "30", request, "throttled",
                     "429 of the application with Retry-After", throttle},
                    {"conflict_409", rate, "1", request, "conflict",
                     "409 at that rate, else healthy",
                     [](const FaultContext& context, Reply& reply) {
                       if (context.dice < context.parameter.rate)
                         say_error(409, "Concurrent update, please retry", reply);
                     }},
                    {"partial_500", rate, "1", request,
                     "server_error", "500 at that rate, else healthy",
                     [](const FaultContext& context, Reply& reply) {
                       if (context.dice < context.parameter.rate)
                         say_error(500, "500 Internal Server Error", reply);
                     }},
                    {"project_eventual", duration, "60s", request, "not_found",
                     "404 until that long after the first request, as for a project just made",
                     [](const FaultContext& context, Reply& reply) {
                       if (context.age < context.parameter.high)
                         say_error(404, "Project not found", reply);
                     }},
                    {"deep_json", count, "10000", request, "ok",
                     "a member nested that deep before the payload", deep_json},
                    {"huge_body", count, "16", request, "response_too_large",
                     "a body of that many MiB on the wire", huge_body},
                    {"bom_json", none, "", request, "ok", "a byte order mark before good JSON",
                     [](const FaultContext&, Reply& reply) {
                       reply.body.insert(0, "\xef\xbb\xbf");
                     }},
                    {"json_array", none, "", request, "not_the_api",
                     "the good object inside an array",
                     [](const FaultContext&,
                        Reply& reply) { reply.body = "[" + reply.body + "]"; }},
                    {"truncated_json", none, "", request, "not_the_api",
                     "half of the JSON text, with a Content-Length that agrees",
                     [](const FaultContext&, Reply& reply) {
                       reply.body.resize(reply.body.size() / 2);
                     }},
                    {"oauth_slow", duration, "60s", token_endpoint, "token_unavailable",
                     "the token takes that long",
                     [](const FaultContext& context,
                        Reply& reply) { reply.latency = context.parameter.high; }},
                    {"oauth_invalid_client", none, "", token_endpoint, "token_unavailable",
                     "400 invalid_client for good credentials",
                     [](const FaultContext&, Reply& reply) {
                       reply.status = 400;
                       reply.body = R"({"error":"invalid_client"})";
                     }},
                    {"oauth_throttle", retry_after, "30", token_endpoint, "token_unavailable",
                     "429 with Retry-After", throttle},
                    {"oauth_expires_in", duration, "60s", token_endpoint, "ok",
                     "tokens live that long only", leave_alone},
                });

}  // namespace

std::span<const FaultMode> application_faults() {
  return kApplicationFaults;
}

}  // namespace reinfer::simulator
