// Moments of one exchange on the monotonic clock, whoever stamped them, and the phases that follow
// from them. Pure. The transport collects the stamps: from libcurl's clock and its own, and from
// the kernel's where there are any; this file does not care.
#pragma once

#include <optional>

#include "model/exchange.h"

namespace reinfer::transport {

// Absent: not reached, or no such step (a numeric host is not resolved, http has no TLS, a reused
// connection has none of the three).
struct WireStamps {
  base::MonoTime start{};
  std::optional<base::MonoTime> resolved;
  std::optional<base::MonoTime> connected;
  std::optional<base::MonoTime> tls_done;
  std::optional<base::MonoTime> sent;        // the last byte of the request left
  std::optional<base::MonoTime> first_byte;  // of the reply's final status line
  base::MonoTime end{};                      // the last byte came, or the exchange failed
};

// Each phase runs from the stamp before it to its own. `stage` is where the exchange ended: unless
// done, that phase holds the time from the last stamp to `end`. Stamps that run backwards give 0.
model::PhaseTimings phases_from(const WireStamps& stamps, model::Stage stage);

}  // namespace reinfer::transport
