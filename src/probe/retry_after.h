// Reads the Retry-After header (RFC 9110 section 10.2.3): how long a throttling peer asks us to
// wait. Used by the judge. Pure, any thread. It decides nothing about the next probe.
#pragma once

#include <optional>
#include <vector>

#include "base/clock.h"
#include "model/network.h"

namespace reinfer::probe {

// Longer waits are cut to this: the date of a broken clock must not silence a tenant for days.
inline constexpr base::Nanoseconds kRetryAfterMax = std::chrono::minutes(15);

// The wait from `now`, from 0 to kRetryAfterMax. The header holds whole seconds or an HTTP date; a
// date is compared with the reply's own Date header if there is one, because the peer's clock and
// ours may differ. nullopt if the header is absent or malformed.
std::optional<base::Nanoseconds> parse_retry_after(const std::vector<model::Header>& headers,
                                                   base::WallTime now);

}  // namespace reinfer::probe
