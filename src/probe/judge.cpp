#include "probe/judge.h"

#include <algorithm>

#include "base/check.h"
#include "base/text.h"
#include "credentials/token_text.h"
#include "model/figures.h"
#include "probe/retry_after.h"
#include "probe/server_timing.h"

namespace reinfer::probe {
namespace {

constexpr std::size_t kMessageBytesMax = 300;
// Longer durations in Server-Timing are cut to this.
constexpr base::Nanoseconds kServerProcessingMax = std::chrono::hours(24);

bool is_success(int status) {
  return status >= 200 && status < 300;
}

model::Outcome of_wire_error(model::WireError error) {
  switch (error) {
    case model::WireError::resolve:
      return model::Outcome::dns_error;
    case model::WireError::connect:
      return model::Outcome::connect_error;
    case model::WireError::connect_timeout:
      return model::Outcome::connect_timeout;
    case model::WireError::tls:
      return model::Outcome::tls_error;
    case model::WireError::response_timeout:
      return model::Outcome::response_timeout;
    case model::WireError::connection_lost:
      return model::Outcome::connection_lost;
    case model::WireError::bad_body:
      return model::Outcome::bad_body;
    case model::WireError::too_large:
      return model::Outcome::response_too_large;
    case model::WireError::proxy:
      return model::Outcome::proxy_error;
    case model::WireError::monitor:
      return model::Outcome::monitor_error;
    case model::WireError::none:
      break;
  }
  base::check(false, "only a failed exchange has a wire error");
  return model::Outcome::monitor_error;
}

bool meets(const model::Expectation& expected, const Reply& reply) {
  if (expected.key.empty()) return true;
  if (!reply.key_type) return false;
  if (expected.type != model::JsonType::any && expected.type != *reply.key_type) return false;
  return !expected.length || expected.length == reply.key_length;
}

// `status` is "ok".
model::Outcome of_application_success(const model::Expectation& expected, int http_status,
                                      const Reply& reply) {
  if (!is_success(http_status)) return model::Outcome::protocol_error;
  if (expected.http_status && expected.http_status != http_status)
    return model::Outcome::protocol_error;
  return meets(expected, reply) ? model::Outcome::ok : model::Outcome::protocol_error;
}

// `status` is "error".
model::Outcome of_application_error(const model::Expectation& expected, int http_status) {
  if (http_status < 400) return model::Outcome::protocol_error;
  if (expected.http_status == http_status) return model::Outcome::ok;
  if (http_status >= 500) return model::Outcome::server_error;
  switch (http_status) {
    case 403:
      return model::Outcome::forbidden;
    case 404:
      return model::Outcome::not_found;
    case 409:
      return model::Outcome::conflict;
    default:
      return model::Outcome::bad_request;
  }
}

model::Outcome of_stranger(int http_status) {
  if (http_status >= 500) return model::Outcome::gateway_error;
  switch (http_status) {
    case 403:
      return model::Outcome::edge_blocked;
    case 404:
      return model::Outcome::gateway_not_found;
    default:
      return model::Outcome::not_the_api;
  }
}

bool is_complete(model::WireError error) {
  return error == model::WireError::none || error == model::WireError::bad_body ||
         error == model::WireError::too_large;
}

// The first `total` with a duration; later ones are ignored.
std::optional<double> total_ms(const std::vector<model::ServerTiming>& entries) {
  const auto found = std::find_if(
      entries.begin(), entries.end(),
      [](const model::ServerTiming& entry) { return entry.name == "total" && entry.duration_ms; });
  return found == entries.end() ? std::nullopt : found->duration_ms;
}

model::ServerTimingState state_of(const model::ProbeResult& result) {
  const auto& entries = result.server_timing;
  const bool named =
      std::any_of(entries.begin(), entries.end(),
                  [](const model::ServerTiming& entry) { return entry.name == "total"; });
  if (!named) return model::ServerTimingState::missing;
  if (!result.server_processing) return model::ServerTimingState::invalid;
  const bool exceeds = result.phases.wait && *result.server_processing > *result.phases.wait;
  return exceeds ? model::ServerTimingState::exceeds_wait : model::ServerTimingState::ok;
}

void take_server_timing(const model::Exchange& exchange, model::ProbeResult& result) {
  ServerTimingHeader header = parse_server_timing(exchange.headers);
  result.server_timing = std::move(header.entries);
  result.server_timing_dropped = header.dropped;
  if (const auto ms = total_ms(result.server_timing))
    result.server_processing = base::from_seconds(*ms / 1e3, kServerProcessingMax);
  if (result.application_answered) result.server_timing_state = state_of(result);
  if (result.server_processing && result.phases.wait)
    result.network_overhead =
        model::shares_of_wait(*result.phases.wait, *result.server_processing).path;
}

// The token is removed before the text is cut: half a token would not be recognised.
std::string message_of(const model::Exchange& exchange, const Reply& reply,
                       const base::Secret& bearer) {
  const std::string& text =
      exchange.error == model::WireError::none ? reply.message.value_or("") : exchange.error_text;
  return base::sanitise(credentials::without_secret(text, bearer), kMessageBytesMax);
}

// Without what may be secret: a query, a fragment, a user and password.
std::string redirect_message(const std::vector<model::Header>& headers) {
  const auto location = std::find_if(headers.begin(), headers.end(), [](const auto& header) {
    return base::equals_ignoring_case(header.name, "location");
  });
  if (location == headers.end()) return "redirected, but the reply does not say where to";
  std::string url = location->value.substr(0, location->value.find_first_of("?#"));
  if (url.empty()) return "redirected to the same address";
  const auto slashes = url.find("//");
  const auto host = slashes == std::string::npos ? url.size() : slashes + 2;
  const auto user = url.substr(0, url.find('/', host)).rfind('@');
  if (user != std::string::npos && user >= host) url.erase(host, user + 1 - host);
  return base::sanitise("redirected to " + url, kMessageBytesMax);
}

void scrub(std::vector<model::Header>& headers, const base::Secret& bearer) {
  for (model::Header& header : headers)
    header.value = credentials::without_secret(std::move(header.value), bearer);
}

}  // namespace

model::Outcome verdict(const model::Expectation& expectation, const model::Exchange& exchange,
                       const Reply& reply) {
  if (!is_complete(exchange.error)) return of_wire_error(exchange.error);
  if (!exchange.http_status) return model::Outcome::bad_body;
  const int status = *exchange.http_status;
  if (status >= 300 && status < 400) return model::Outcome::redirected;
  if (status == 401) return model::Outcome::unauthorized;
  if (status == 429) return model::Outcome::throttled;
  if (exchange.error != model::WireError::none) return of_wire_error(exchange.error);
  if (reply.from_application())
    return reply.status == "ok" ? of_application_success(expectation, status, reply)
                                : of_application_error(expectation, status);
  if (reply.status) return model::Outcome::protocol_error;
  return of_stranger(status);
}

model::ProbeResult judge(const model::Target& target, const Started& started,
                         model::Exchange exchange) {
  scrub(exchange.headers, started.bearer);
  const Reply reply = exchange.error == model::WireError::none
                          ? parse_reply(exchange.body, target.expectation.key)
                          : Reply{};
  model::ProbeResult result;
  result.target = started.target;
  result.started = started.at;
  result.request_id = started.request_id;
  result.outcome = verdict(target.expectation, exchange, reply);
  result.application_answered = exchange.http_status.has_value() && reply.from_application();
  result.cause = exchange.cause;
  result.message = message_of(exchange, reply, started.bearer);
  if (result.outcome == model::Outcome::redirected)
    result.message = redirect_message(exchange.headers);
  result.http_status = exchange.http_status;
  result.phases = exchange.phases;
  result.clock_source = exchange.clock_source;
  result.uncertainty = exchange.uncertainty;
  result.tcp = exchange.tcp;
  take_server_timing(exchange, result);
  if (exchange.error == model::WireError::none) result.body_bytes = exchange.body.size();
  const base::Nanoseconds took = exchange.phases.total.value_or(base::Nanoseconds{0});
  result.finished = {started.at.wall + took, started.at.mono + took};
  result.headers_dropped = exchange.headers_dropped;
  const int status = result.http_status.value_or(0);
  if (status == 429 || status == 503)
    result.retry_after = parse_retry_after(exchange.headers, result.finished.wall);
  result.response_headers = std::move(exchange.headers);
  result.tls = std::move(exchange.tls);
  result.remote_address = std::move(exchange.remote_address);
  result.route = std::move(exchange.route);
  result.connection_reused = exchange.connection_reused;
  result.resent = exchange.resent;
  return result;
}

model::ProbeResult judge_token_unavailable(const Started& started, std::string_view why) {
  model::ProbeResult result;
  result.target = started.target;
  result.started = started.at;
  result.finished = started.at;
  result.outcome = model::Outcome::token_unavailable;
  result.message = base::sanitise(why, kMessageBytesMax);
  return result;
}

}  // namespace reinfer::probe
