// What the judge makes of one exchange: the only value that record keeps and that every reader (the
// metrics, `probe --json`, later the page) shows. Plain values.
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

// One entry of a Server-Timing header. `duration_ms` is absent where it was missing or not a plain,
// finite, non-negative number.
struct ServerTiming {
  std::string name;
  std::optional<double> duration_ms;
  std::string description;
  bool operator==(const ServerTiming&) const = default;
};

// What an application's reply said in Server-Timing about `total`.
enum class ServerTimingState : std::uint8_t { ok, missing, invalid, exceeds_wait };
inline constexpr std::size_t kServerTimingStateCount = 4;
std::string_view to_label(ServerTimingState state);

// Why a latency is kept out of the histograms though the probe was good; each enumerator is a label
// value. `loop_late`: our own thread was late, for want of CPU or for too much work.
enum class Distrust : std::uint8_t { loop_late, clock_step };
inline constexpr std::size_t kDistrustCount = 2;
std::string_view to_label(Distrust reason);

struct ProbeResult {
  TargetIndex target{};
  base::Instant started{};
  base::Instant finished{};
  Outcome outcome = Outcome::monitor_error;
  bool application_answered = false;
  std::string message;  // the application's own, or ours about the wire; sanitised, never a label
  std::string request_id;
  std::optional<int> http_status;
  // Of the request that was repeated with a new token; this result is the second's.
  std::optional<int> first_http_status;
  std::vector<Header> request_headers;           // without the token's
  std::vector<Header> response_headers;          // as they came, but for our token
  std::optional<base::Nanoseconds> retry_after;  // asked for by a 429 or 503, capped
  PhaseTimings phases;
  ClockSource clock_source = ClockSource::user;
  Uncertainty uncertainty;
  std::optional<TcpFacts> tcp;
  std::vector<ServerTiming> server_timing;
  std::size_t server_timing_dropped = 0;  // entries or bytes over the limits, and broken names
  std::size_t headers_dropped = 0;        // header lines over the limit
  std::optional<ServerTimingState> server_timing_state;  // of application replies
  std::optional<base::Nanoseconds> server_processing;    // `total`
  std::optional<base::Nanoseconds> network_overhead;     // max(0, wait - server_processing)
  std::optional<std::size_t> body_bytes;
  std::optional<TlsFacts> tls;
  std::string remote_address;
  bool connection_reused = false;
  bool resent = false;
};

// Whether our own side may have spoilt the figure so much that it says nothing about the platform:
// by more than a tenth, and by more than the narrowest of the default buckets.
std::optional<Distrust> distrust_of_total(const ProbeResult& result);
std::optional<Distrust> distrust_of_wait(const ProbeResult& result);

}  // namespace reinfer::model
