// The moments of one exchange on the monotonic clock, and the phases between them. CurlTransfer
// collects the moments from libcurl's clock, from its own and from the kernel's stamps, on the
// probe thread. Pure: it does not know the source of a stamp.
#pragma once

#include <optional>

#include "model/exchange.h"

namespace reinfer::transport {

// Absent: not reached, or no such step. A numeric host is not resolved, http has no TLS, and a
// reused connection has none of the three.
struct WireStamps {
  base::MonoTime start{};
  std::optional<base::MonoTime> resolved;
  std::optional<base::MonoTime> connected;
  std::optional<base::MonoTime> tls_done;
  std::optional<base::MonoTime> sent;        // the last byte of the request was sent
  std::optional<base::MonoTime> first_byte;  // of the final reply arrived
  base::MonoTime end{};                      // the last byte arrived, or the exchange failed
};

// Each phase runs from the stamp before it to its own. `stage` is where the exchange ended: unless
// done, that phase holds the time from the last stamp to `end`. Stamps that run backwards give 0.
model::PhaseTimings phases_from(const WireStamps& stamps, model::Stage stage);

}  // namespace reinfer::transport
