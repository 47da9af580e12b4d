#include "simulator/token_endpoint.h"

#include <fmt/format.h>

namespace reinfer::simulator {
namespace {

// The identity service is another program than the API: it does not time itself.
Reply identity_reply(int status, std::string_view body) {
  Reply reply = edge_reply(status, "application/json", body);
  reply.headers.push_back({"cache-control", "no-store"});
  return reply;
}

Reply oauth_error(std::string_view code) {
  return identity_reply(400, fmt::format(R"({{"error":"{}"}})", code));
}

}  // namespace

Reply answer_token(World& world, const Request& request, const std::vector<std::string>& rest,
                   base::Nanoseconds lifetime) {
  if (rest != std::vector<std::string>{"connect", "token"}) return identity_reply(404, "");
  if (request.method != "POST") return identity_reply(405, "");
  if (form_field(request.body, "grant_type") != "client_credentials")
    return oauth_error("unsupported_grant_type");
  if (form_field(request.body, "client_id") != kClientId ||
      form_field(request.body, "client_secret") != kClientSecret)
    return oauth_error("invalid_client");
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(lifetime).count();
  const std::string scope = form_field(request.body, "scope");
  return identity_reply(
      200,
      fmt::format(R"({{"access_token":"{}","expires_in":{},"token_type":"Bearer","scope":{}}})",
                  world.issue_token(lifetime), seconds, json_string(scope)));
}

}  // namespace reinfer::simulator
