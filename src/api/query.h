// What a request of the API asks for, understood: parameters checked, filters and cursors as
// values. Used by the API's renderers. Pure; every complaint says what is wrong and what is
// allowed.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

#include "api/documents.h"
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

// Where a failure stands in the list: when it started, then whose it is.
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
// `now`: what a `since` such as "1h" counts from.
tl::expected<FailuresQuery, ApiError> parse_failures_query(const ApiParameters& parameters,
                                                           const model::Plan& plan,
                                                           base::WallTime now);
// For what takes no parameters.
tl::expected<void, ApiError> refuse_parameters(const ApiParameters& parameters);

std::string cursor_of(std::string_view tenant, std::string_view probe);
std::string cursor_of(const FailurePlace& place);

}  // namespace reinfer::api
