// Reader of Retry-After (RFC 9110 section 10.2.3): how long a throttling peer asks us to stay away.
// Pure.
#pragma once

#include <optional>
#include <vector>

#include "base/clock.h"
#include "model/network.h"

namespace reinfer::probe {

// Longer requests are cut to this: a date of a broken clock must not silence a tenant for days.
inline constexpr base::Nanoseconds kRetryAfterMax = std::chrono::minutes(15);

// From now: whole seconds, or an HTTP date, which counts from the reply's own Date where it has
// one, because our clock and theirs may differ. At least 0. nullopt if there is none or it makes no
// sense.
std::optional<base::Nanoseconds> parse_retry_after(const std::vector<model::Header>& headers,
                                                   base::WallTime now);

}  // namespace reinfer::probe
