// The outcome of one probe and its fault. Enumerators are spelt exactly as the label value, so one
// grep finds dashboard, test and code. Every outcome has exactly one fault, so the label `fault`
// adds no series. Values only, any thread; probe/judge.h decides the outcome.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace reinfer::model {

enum class Outcome : std::uint8_t {
  ok,
  server_error,
  protocol_error,
  conflict,
  response_timeout,
  gateway_error,
  gateway_not_found,
  edge_blocked,
  redirected,
  not_the_api,
  dns_error,
  connect_error,
  connect_timeout,
  tls_error,
  connection_lost,
  bad_body,
  unauthorized,
  forbidden,
  throttled,
  bad_request,
  not_found,
  response_too_large,
  token_unavailable,
  proxy_error,
  monitor_error,
};
inline constexpr std::size_t kOutcomeCount = 25;

enum class Fault : std::uint8_t { none, platform, edge, network, credentials, request, monitor };
inline constexpr std::size_t kFaultCount = 7;

// How an outcome counts for the availability objective.
enum class AvailabilityEvent : std::uint8_t { good, bad, excluded };

// Why a slot of the grid was not probed.
enum class SkipReason : std::uint8_t { overlap, limit, throttled, credentials, budget, stall };
inline constexpr std::size_t kSkipReasonCount = 6;

std::string_view to_label(Outcome outcome);
std::string_view to_label(Fault fault);
std::string_view to_label(SkipReason reason);
std::optional<Outcome> outcome_from_label(std::string_view label);

Fault fault_of(Outcome outcome);
AvailabilityEvent availability_of(Outcome outcome);

// Every outcome in declaration order, for loops over the label values.
const std::array<Outcome, kOutcomeCount>& all_outcomes();

}  // namespace reinfer::model
