// The state of a tenant's token, for readers. The credentials room counts it on the probe thread,
// the ledger keeps it. A plain value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/clock.h"

namespace reinfer::model {

struct TokenFacts {
  std::optional<bool> accepted;  // by the last reply to this tenant that judged it
  std::uint64_t changes = 0;
  std::optional<base::WallTime> last_change;
  std::uint64_t read_errors = 0;
  std::optional<base::WallTime> expiry;  // where known: OAuth, JWT
  // The token that `accepted` is about: equal for tenants that were sent the same text. It
  // identifies a token within the process and is shown to nobody.
  std::uint64_t judged_token = 0;
  // Accepted: when the request of its reply was sent. Refused: when the first of the replies in a
  // row came that refused this token.
  std::optional<base::MonoTime> judged_at = {};
  // Probes that are refused again and again, while others of the tenant are accepted.
  std::size_t probes_refused_alone = 0;
  bool operator==(const TokenFacts&) const = default;
};

}  // namespace reinfer::model
