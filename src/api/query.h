// The query of an API request: parameters checked, filters and cursors as values. Used by the API's
// renderers. Pure; every complaint names the mistake and the values that are allowed.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

#include "api/documents.h"
#include "history/incident_query.h"
#include "model/outcome.h"
#include "model/plan.h"

namespace reinfer::api {

struct TargetsQuery {
  std::size_t limit = kPageDefault;
  // Name of the last target of the page before.
  std::optional<std::pair<std::string, std::string>> after;
  std::optional<std::string> tenant;
  std::optional<model::Fault> fault;
  std::optional<model::Outcome> outcome;
};

// The position of a failure in the list: by its start, then by its target.
struct FailurePlace {
  base::WallTime started{};
  std::string tenant;
  std::string probe;
  // Latest first, then by name.
  bool operator<(const FailurePlace& other) const {
    if (started != other.started) return started > other.started;
    return tenant != other.tenant ? tenant < other.tenant : probe < other.probe;
  }
};

struct FailuresQuery {
  std::size_t limit = kPageDefault;
  std::optional<FailurePlace> after;  // the last of the page before
  std::optional<std::string> tenant;
  std::optional<std::string> probe;
  std::optional<model::Fault> fault;
  std::optional<base::WallTime> since;  // that started then or later
};

tl::expected<TargetsQuery, ApiError> parse_targets_query(const ApiParameters& parameters,
                                                         const model::Plan& plan);
// `now`: the moment before which a `since` such as "1h" lies.
tl::expected<FailuresQuery, ApiError> parse_failures_query(const ApiParameters& parameters,
                                                           const model::Plan& plan,
                                                           base::WallTime now);
tl::expected<history::IncidentQuery, ApiError> parse_incidents_query(
    const ApiParameters& parameters, base::WallTime now);
// For documents without parameters.
tl::expected<void, ApiError> refuse_parameters(const ApiParameters& parameters);

std::string cursor_of(std::string_view tenant, std::string_view probe);
std::string cursor_of(const FailurePlace& place);
// "MILLISECONDS/ID"
std::string cursor_of(const record::IncidentFacts& incident);
std::optional<std::pair<base::WallTime, std::int64_t>> parse_cursor(std::string_view text);

}  // namespace reinfer::api
