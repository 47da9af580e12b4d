#include "probe/judge.h"

#include <algorithm>

#include "base/check.h"
#include "base/text.h"
#include "credentials/token_text.h"
#include "probe/retry_after.h"
#include "probe/server_timing.h"

namespace reinfer {
namespace {

constexpr std::size_t kMessageBytesMax = 300;
// The platform cannot have worked longer than this on a reply we lived to see.
constexpr Nanoseconds kServerProcessingMax = std::chrono::hours(24);

bool is_success(int status) {
  return status >= 200 && status < 300;
}

Outcome of_wire_error(WireError error) {
  switch (error) {
    case WireError::resolve:
      return Outcome::dns_error;
    case WireError::connect:
      return Outcome::connect_error;
    case WireError::connect_timeout:
      return Outcome::connect_timeout;
    case WireError::tls:
      return Outcome::tls_error;
    case WireError::response_timeout:
      return Outcome::response_timeout;
    case WireError::connection_lost:
      return Outcome::connection_lost;
    case WireError::bad_body:
      return Outcome::bad_body;
    case WireError::too_large:
      return Outcome::response_too_large;
    case WireError::proxy:
      return Outcome::proxy_error;
    case WireError::monitor:
      return Outcome::monitor_error;
    case WireError::none:
      break;
  }
  check(false, "only a failed exchange has a wire error");
  return Outcome::monitor_error;
}

bool meets(const Expectation& expected, const Reply& reply) {
  if (expected.key.empty()) return true;
  if (!reply.key_type) return false;
  if (expected.type != JsonType::any && expected.type != *reply.key_type) return false;
  return !expected.length || expected.length == reply.key_length;
}

// `status` is "ok".
Outcome of_application_success(const Expectation& expected, int http_status, const Reply& reply) {
  if (!is_success(http_status)) return Outcome::protocol_error;
  if (expected.http_status && expected.http_status != http_status) return Outcome::protocol_error;
  return meets(expected, reply) ? Outcome::ok : Outcome::protocol_error;
}

// `status` is "error".
Outcome of_application_error(const Expectation& expected, int http_status) {
  if (http_status < 400) return Outcome::protocol_error;
  if (expected.http_status == http_status) return Outcome::ok;
  if (http_status >= 500) return Outcome::server_error;
  switch (http_status) {
    case 403:
      return Outcome::forbidden;
    case 404:
      return Outcome::not_found;
    case 409:
      return Outcome::conflict;
    default:
      return Outcome::bad_request;
  }
}

Outcome of_stranger(int http_status) {
  if (http_status >= 500) return Outcome::gateway_error;
  switch (http_status) {
    case 403:
      return Outcome::edge_blocked;
    case 404:
      return Outcome::gateway_not_found;
    default:
      return Outcome::not_the_api;
  }
}

bool is_complete(WireError error) {
  return error == WireError::none || error == WireError::bad_body || error == WireError::too_large;
}

// The first `total` that carries a duration; a second one cannot overrule it.
std::optional<double> total_ms(const std::vector<ServerTiming>& entries) {
  const auto found = std::find_if(entries.begin(), entries.end(), [](const ServerTiming& entry) {
    return entry.name == "total" && entry.duration_ms;
  });
  return found == entries.end() ? std::nullopt : found->duration_ms;
}

ServerTimingState state_of(const ProbeResult& result) {
  const auto& entries = result.server_timing;
  const bool named = std::any_of(entries.begin(), entries.end(),
                                 [](const ServerTiming& entry) { return entry.name == "total"; });
  if (!named) return ServerTimingState::missing;
  if (!result.server_processing) return ServerTimingState::invalid;
  const bool exceeds = result.phases.wait && *result.server_processing > *result.phases.wait;
  return exceeds ? ServerTimingState::exceeds_wait : ServerTimingState::ok;
}

void take_server_timing(const Exchange& exchange, ProbeResult& result) {
  ServerTimingHeader header = parse_server_timing(exchange.headers);
  result.server_timing = std::move(header.entries);
  result.server_timing_dropped = header.dropped;
  if (const auto ms = total_ms(result.server_timing))
    result.server_processing = from_seconds(*ms / 1e3, kServerProcessingMax);
  if (result.application_answered) result.server_timing_state = state_of(result);
  if (result.server_processing && result.phases.wait)
    result.network_overhead =
        std::max(Nanoseconds{0}, *result.phases.wait - *result.server_processing);
}

// The token goes before anything is cut: half of it would be recognised no more.
std::string message_of(const Exchange& exchange, const Reply& reply, const Secret& bearer) {
  const std::string& text =
      exchange.error == WireError::none ? reply.message.value_or("") : exchange.error_text;
  return sanitise(without_secret(text, bearer), kMessageBytesMax);
}

void scrub(std::vector<Header>& headers, const Secret& bearer) {
  for (Header& header : headers)
    header.value = without_secret(std::move(header.value), bearer);
}

}  // namespace

Outcome verdict(const Expectation& expectation, const Exchange& exchange, const Reply& reply) {
  if (!is_complete(exchange.error)) return of_wire_error(exchange.error);
  if (!exchange.http_status) return Outcome::bad_body;
  const int status = *exchange.http_status;
  if (status >= 300 && status < 400) return Outcome::redirected;
  if (status == 401) return Outcome::unauthorized;
  if (status == 429) return Outcome::throttled;
  if (exchange.error != WireError::none) return of_wire_error(exchange.error);
  if (reply.from_application())
    return reply.status == "ok" ? of_application_success(expectation, status, reply)
                                : of_application_error(expectation, status);
  if (reply.status) return Outcome::protocol_error;
  return of_stranger(status);
}

ProbeResult judge(const Target& target, const Started& started, Exchange exchange) {
  scrub(exchange.headers, started.bearer);
  const Reply reply = exchange.error == WireError::none
                          ? parse_reply(exchange.body, target.expectation.key)
                          : Reply{};
  ProbeResult result;
  result.target = started.target;
  result.started = started.at;
  result.request_id = started.request_id;
  result.outcome = verdict(target.expectation, exchange, reply);
  result.application_answered = exchange.http_status.has_value() && reply.from_application();
  result.message = message_of(exchange, reply, started.bearer);
  result.http_status = exchange.http_status;
  result.phases = exchange.phases;
  result.clock_source = exchange.clock_source;
  result.uncertainty = exchange.uncertainty;
  result.tcp = exchange.tcp;
  take_server_timing(exchange, result);
  if (exchange.error == WireError::none) result.body_bytes = exchange.body.size();
  const Nanoseconds took = exchange.phases.total.value_or(Nanoseconds{0});
  result.finished = {started.at.wall + took, started.at.mono + took};
  result.headers_dropped = exchange.headers_dropped;
  const int status = result.http_status.value_or(0);
  if (status == 429 || status == 503)
    result.retry_after = parse_retry_after(exchange.headers, result.finished.wall);
  result.response_headers = std::move(exchange.headers);
  result.tls = std::move(exchange.tls);
  result.remote_address = std::move(exchange.remote_address);
  result.connection_reused = exchange.connection_reused;
  result.resent = exchange.resent;
  return result;
}

ProbeResult judge_token_unavailable(const Started& started, std::string_view why) {
  ProbeResult result;
  result.target = started.target;
  result.started = started.at;
  result.finished = started.at;
  result.outcome = Outcome::token_unavailable;
  result.message = sanitise(why, kMessageBytesMax);
  return result;
}

}  // namespace reinfer
