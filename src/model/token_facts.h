// The state of a tenant's token, for readers. The credentials room counts it on the probe thread,
// the ledger keeps it. A plain value.
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.h"

namespace reinfer::model {

struct TokenFacts {
  std::optional<bool> accepted;  // by the last reply that judged it
  std::uint64_t changes = 0;
  std::optional<base::WallTime> last_change;
  std::uint64_t read_errors = 0;
  std::optional<base::WallTime> expiry;  // where known: OAuth, JWT
  bool operator==(const TokenFacts&) const = default;
};

}  // namespace reinfer::model
