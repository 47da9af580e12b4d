// An exemplar of a counter or a bucket: the latest probe that it has counted, by whose ids the
// vendor finds that same request. A plain value of fixed size, kept in the ledger.
#pragma once

#include <optional>

#include "base/clock.h"
#include "base/uuid.h"
#include "model/probe_result.h"

namespace reinfer::record {

struct Exemplar {
  base::Uuid request_id{};                   // sent with the probe
  std::optional<base::Uuid> correlation_id;  // the vendor's own, if its reply had one
  double value = 0;                          // seconds; 1 for a counter
  base::WallTime at{};                       // when the probe ended
  bool operator==(const Exemplar&) const = default;
};

// Absent if the result has no request id that is a UUID.
std::optional<Exemplar> exemplar_of(const model::ProbeResult& result);

}  // namespace reinfer::record
