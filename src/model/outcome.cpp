#include "model/outcome.h"

#include "base/check.h"

namespace reinfer::model {
namespace {

struct Row {
  Outcome outcome;
  std::string_view label;
  Fault fault;
  AvailabilityEvent availability;
};

constexpr auto kGood = AvailabilityEvent::good;
constexpr auto kBad = AvailabilityEvent::bad;
constexpr auto kExcluded = AvailabilityEvent::excluded;

constexpr std::array<Row, kOutcomeCount> kRows = {{
    {Outcome::ok, "ok", Fault::none, kGood},
    {Outcome::server_error, "server_error", Fault::platform, kBad},
    {Outcome::protocol_error, "protocol_error", Fault::platform, kBad},
    {Outcome::conflict, "conflict", Fault::platform, kBad},
    {Outcome::response_timeout, "response_timeout", Fault::platform, kBad},
    {Outcome::gateway_error, "gateway_error", Fault::edge, kBad},
    {Outcome::gateway_not_found, "gateway_not_found", Fault::edge, kBad},
    {Outcome::edge_blocked, "edge_blocked", Fault::edge, kBad},
    {Outcome::redirected, "redirected", Fault::edge, kBad},
    {Outcome::not_the_api, "not_the_api", Fault::edge, kBad},
    {Outcome::dns_error, "dns_error", Fault::network, kBad},
    {Outcome::connect_error, "connect_error", Fault::network, kBad},
    {Outcome::connect_timeout, "connect_timeout", Fault::network, kBad},
    {Outcome::tls_error, "tls_error", Fault::network, kBad},
    {Outcome::connection_lost, "connection_lost", Fault::network, kBad},
    {Outcome::bad_body, "bad_body", Fault::network, kBad},
    {Outcome::unauthorized, "unauthorized", Fault::credentials, kExcluded},
    {Outcome::forbidden, "forbidden", Fault::credentials, kExcluded},
    {Outcome::throttled, "throttled", Fault::request, kExcluded},
    {Outcome::bad_request, "bad_request", Fault::request, kExcluded},
    {Outcome::not_found, "not_found", Fault::request, kExcluded},
    {Outcome::response_too_large, "response_too_large", Fault::request, kExcluded},
    {Outcome::token_unavailable, "token_unavailable", Fault::credentials, kExcluded},
    {Outcome::proxy_error, "proxy_error", Fault::network, kBad},
    {Outcome::monitor_error, "monitor_error", Fault::monitor, kExcluded},
}};

constexpr std::array<std::string_view, kFaultCount> kFaultLabels = {
    "none", "platform", "edge", "network", "credentials", "request", "monitor"};
constexpr std::array<std::string_view, kSkipReasonCount> kSkipLabels = {
    "overlap", "limit", "throttled", "credentials", "budget", "stall"};

constexpr bool rows_stand_in_enumerator_order() {
  for (std::size_t i = 0; i < kRows.size(); ++i)
    if (static_cast<std::size_t>(kRows[i].outcome) != i) return false;
  return true;
}
static_assert(rows_stand_in_enumerator_order());

const Row& row_of(Outcome outcome) {
  const auto index = static_cast<std::size_t>(outcome);
  base::check(index < kRows.size(), "an outcome is one of the enumerators");
  return kRows[index];
}

}  // namespace

std::string_view to_label(Outcome outcome) {
  return row_of(outcome).label;
}
Fault fault_of(Outcome outcome) {
  return row_of(outcome).fault;
}
AvailabilityEvent availability_of(Outcome outcome) {
  return row_of(outcome).availability;
}

std::string_view to_label(Fault fault) {
  return kFaultLabels.at(static_cast<std::size_t>(fault));
}
std::string_view to_label(SkipReason reason) {
  return kSkipLabels.at(static_cast<std::size_t>(reason));
}

std::optional<Outcome> outcome_from_label(std::string_view label) {
  for (const Row& row : kRows)
    if (row.label == label) return row.outcome;
  return std::nullopt;
}

const std::array<Outcome, kOutcomeCount>& all_outcomes() {
  static constexpr auto kAll = [] {
    std::array<Outcome, kOutcomeCount> all{};
    for (std::size_t i = 0; i < all.size(); ++i)
      all[i] = kRows[i].outcome;
    return all;
  }();
  return kAll;
}

}  // namespace reinfer::model
