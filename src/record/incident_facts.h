// An incident as the history keeps it, for readers: of one target, from its first failure until it
// had recovered (record/health_state.h has the rule), also when the target is not configured any
// more. A plain value; history/archive.h reads it, explain/ticket.h words it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "model/outcome.h"

namespace reinfer::record {

// An incident with fewer failures is a blip, which counts for availability and is not listed.
inline constexpr std::uint64_t kFailuresOfIncident = 3;

struct IncidentFacts {
  std::int64_t id = 0;
  std::string tenant;
  std::string probe;
  std::string url;
  bool removed = false;                     // the target is not configured any more
  base::WallTime since{};                   // the first failure finished
  std::optional<base::WallTime> recovered;  // the first good result of those that ended it
  base::WallTime last_failure{};
  model::Fault fault = model::Fault::none;                 // of most failures
  model::Outcome outcome = model::Outcome::monitor_error;  // of the last failure
  std::array<std::uint64_t, model::kFaultCount> counts{};  // results by fault, good ones at `none`
  std::array<std::optional<base::WallTime>, model::kFaultCount> fault_since{};
  std::uint64_t failures = 0;
  std::uint32_t good_in_a_row = 0;
  base::WallTime good_since{};  // the first of the good ones in a row
  bool maintained = false;      // it began in a maintenance window
  bool operator==(const IncidentFacts&) const = default;
};

}  // namespace reinfer::record
