#include "credentials/oauth.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text.h"

namespace reinfer::credentials {
namespace {

constexpr std::size_t kReplyBytesMax = 64 * 1024;
constexpr std::size_t kErrorBytesMax = 64;
constexpr base::Nanoseconds kLifetimeMax = std::chrono::hours(24 * 30);
// The gov cloud's identity server has been seen to take a minute; a refresh starts early enough.
constexpr model::Deadlines kDeadlines = {std::chrono::seconds(90), std::chrono::seconds(10),
                                         std::chrono::seconds(10), std::chrono::seconds(10)};

void add_field(std::string& form, std::string_view name, const std::string& value) {
  if (!form.empty()) form += '&';
  form += fmt::format("{}={}", name, base::encode_path_segment(value));
}

// RFC 6749 allows only short codes in `error`; other text of the server stays out of the log.
std::string error_of(const nlohmann::json& reply) {
  if (!reply.is_object() || !reply.contains("error") || !reply["error"].is_string()) return "";
  return ", " + base::sanitise(reply["error"].get<std::string>(), kErrorBytesMax);
}

}  // namespace

model::Request token_request(const model::OAuthClient& client, const base::Secret& client_secret) {
  model::Request request;
  request.method = "POST";
  request.url = client.token_url;
  request.headers = {{"Accept", "application/json"},
                     {"Content-Type", "application/x-www-form-urlencoded"}};
  add_field(request.body, "grant_type", "client_credentials");
  add_field(request.body, "client_id", client.client_id);
  add_field(request.body, "client_secret", client_secret.reveal());
  if (!client.scope.empty()) add_field(request.body, "scope", client.scope);
  request.deadlines = kDeadlines;
  request.network = client.network;
  request.body_bytes_max = kReplyBytesMax;
  return request;
}

tl::expected<IssuedToken, std::string> read_token_reply(const model::Exchange& exchange) {
  if (exchange.error != model::WireError::none)
    return tl::unexpected("the token server was not reached: " +
                          base::sanitise(exchange.error_text, 200));
  const auto reply = nlohmann::json::parse(exchange.body, nullptr, false);
  const int status = exchange.http_status.value_or(0);
  if (status != 200)
    return tl::unexpected(fmt::format("the token server answered {}{}", status, error_of(reply)));
  if (!reply.is_object() || !reply.contains("access_token") || !reply["access_token"].is_string())
    return tl::unexpected(std::string("the token server answered 200 without an access_token"));
  SecretOrError secret =
      clean_token(reply["access_token"].get_ref<const std::string&>(), "the access_token");
  if (!secret) return tl::unexpected(secret.error());
  IssuedToken issued{std::move(*secret), std::nullopt};
  if (reply.contains("expires_in") && reply["expires_in"].is_number() &&
      reply["expires_in"].get<double>() > 0)
    issued.lifetime = base::from_seconds(reply["expires_in"].get<double>(), kLifetimeMax);
  return issued;
}

}  // namespace reinfer::credentials
