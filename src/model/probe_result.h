// The judged result of one probe: the only value that record keeps and that every reader (metrics,
// page, API, `probe --json`) shows. Plain values, any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "model/exchange.h"
#include "model/outcome.h"
#include "model/target.h"

namespace reinfer::model {

// One entry of a Server-Timing header. `duration_ms` is absent if it was missing or not a plain,
// finite, non-negative number.
struct ServerTiming {
  std::string name;
  std::optional<double> duration_ms;
  std::string description;
  bool operator==(const ServerTiming&) const = default;
};

// The `total` entry of Server-Timing in a reply of the application.
enum class ServerTimingState : std::uint8_t { ok, missing, invalid, exceeds_wait };
inline constexpr std::size_t kServerTimingStateCount = 4;
std::string_view to_label(ServerTimingState state);

// Why the latency of a good probe is kept out of the histograms; each enumerator is a label value.
// `loop_late`: our own thread was late, for lack of CPU or because of too much work.
enum class Distrust : std::uint8_t { loop_late, clock_step };
inline constexpr std::size_t kDistrustCount = 2;
std::string_view to_label(Distrust reason);

struct ProbeResult {
  TargetIndex target{};
  base::Instant started{};
  base::Instant finished{};
  Outcome outcome = Outcome::monitor_error;
  bool application_answered = false;
  Cause cause = Cause::unknown;
  std::string message;  // the application's own, or ours about the wire; sanitised, never a label
  std::string request_id;
  std::optional<int> http_status;
  // Status of the first request if the probe was repeated with a new token.
  std::optional<int> first_http_status;
  std::vector<Header> request_headers;           // without Authorization
  std::vector<Header> response_headers;          // as received, with our token removed
  std::optional<base::Nanoseconds> retry_after;  // of a 429 or 503, capped
  PhaseTimings phases;
  ClockSource clock_source = ClockSource::user;
  Uncertainty uncertainty;
  std::optional<TcpFacts> tcp;
  std::vector<ServerTiming> server_timing;
  std::size_t server_timing_dropped = 0;  // entries or bytes over the limits, malformed names
  std::size_t headers_dropped = 0;        // header lines over the limit
  std::optional<ServerTimingState> server_timing_state;  // of application replies
  std::optional<base::Nanoseconds> server_processing;    // `total`
  std::optional<base::Nanoseconds> network_overhead;     // max(0, wait - server_processing)
  std::optional<std::size_t> body_bytes;
  std::optional<TlsFacts> tls;
  std::string remote_address;
  RouteTaken route;
  bool connection_reused = false;
  bool resent = false;
};

// Why the figure cannot be attributed to the platform: our own side may have added more than a
// tenth of it and more than the narrowest default bucket. nullopt if it can.
std::optional<Distrust> distrust_of_total(const ProbeResult& result);
std::optional<Distrust> distrust_of_wait(const ProbeResult& result);

}  // namespace reinfer::model
