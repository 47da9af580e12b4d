// Everything any reader may show, as one consistent instant: /metrics, JSON and page render the
// same Snapshot, so they cannot disagree. Made by Ledger::snapshot(); a plain value owned by its
// reader.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/outcome.h"
#include "model/plan.h"
#include "model/probe_result.h"
#include "model/token_facts.h"
#include "record/health_state.h"
#include "record/histogram.h"
#include "record/latency_histogram.h"
#include "record/objective_events.h"
#include "record/shared_list.h"

namespace reinfer::record {

// Status codes a target may show before the rest is counted as `other`.
inline constexpr std::size_t kHttpCodesMax = 30;

enum class Phase : std::uint8_t { resolve, connect, tls, send, wait, receive };
inline constexpr std::size_t kPhaseCount = 6;
std::string_view to_label(Phase phase);

struct PhaseTotal {
  double seconds = 0;
  std::uint64_t samples = 0;
  bool operator==(const PhaseTotal&) const = default;
};

struct LastResult {
  base::WallTime finished;
  model::Outcome outcome;
  std::optional<int> http_status;            // absent if no reply came
  std::optional<bool> application_answered;  // absent if no reply came
  std::optional<std::size_t> body_bytes;
  model::Cause cause = model::Cause::unknown;
  bool operator==(const LastResult&) const = default;
};

struct OutcomeExemplar {
  model::Outcome outcome;
  Exemplar exemplar;
  bool operator==(const OutcomeExemplar&) const = default;
};

struct TargetRecord {
  std::array<std::uint64_t, model::kOutcomeCount> outcomes{};
  std::array<std::uint64_t, model::kSkipReasonCount> skipped{};
  std::array<std::uint64_t, model::kServerTimingStateCount> server_timing{};
  std::array<PhaseTotal, kPhaseCount> phases{};
  LatencyHistogram duration;
  LatencyHistogram server_processing;
  LatencyHistogram network_overhead;
  std::vector<OutcomeExemplar> failures;  // the latest of each outcome but ok, if there was one
  base::WallTime created{};               // when counting began
  ObjectiveCounts objectives{};
  std::map<int, std::uint64_t> http_codes;
  std::uint64_t http_codes_other = 0;
  std::optional<LastResult> last;
  std::optional<base::WallTime> last_success;
  HealthState health;
  std::optional<base::Nanoseconds> tcp_rtt;  // of the last probe that had a connection
  std::uint64_t tcp_retransmits = 0;
  bool in_flight = false;

  std::uint64_t results() const;
  std::uint64_t skips() const;
  // Null if there is none.
  const Exemplar* failure(model::Outcome outcome) const;
  bool operator==(const TargetRecord&) const = default;
};

struct TenantRecord {
  std::optional<base::WallTime> certificate_expiry;  // earliest of the chain, of the last handshake
  model::TokenFacts token;
  bool in_maintenance = false;  // when the snapshot was taken
  bool operator==(const TenantRecord&) const = default;
};

// Things that a limit left out; each enumerator is a label value.
enum class Dropped : std::uint8_t {
  server_timing_entries,
  header_lines,
  http_codes,
  evidence,
  name_lookups
};
inline constexpr std::size_t kDroppedCount = 5;
std::string_view to_label(Dropped what);

struct ExporterRecord {
  std::size_t probe_threads = 1;
  std::size_t realtime_probe_threads = 0;
  Histogram schedule_lag;
  double loop_busy_seconds = 0;
  std::uint64_t probes_in_flight = 0;
  std::uint64_t resent_requests = 0;
  std::optional<model::ClockSource> clock_source;  // of the last exchange that waited for a reply
  std::array<std::uint64_t, model::kDistrustCount> distrusted{};
  std::array<std::uint64_t, kDroppedCount> dropped{};
  base::WallTime plan_loaded{};
  bool last_reload_successful = true;
  std::vector<std::string> reload_problems;  // of the last reload, if it failed
  bool operator==(const ExporterRecord&) const = default;
};

struct Snapshot {
  base::Instant taken;
  std::shared_ptr<const model::Plan> plan;
  SharedList<TargetRecord> targets;           // in the plan's order
  SharedList<TenantRecord> tenants;           // in the plan's order
  std::vector<std::optional<bool>> controls;  // reachable, in the plan's order, absent before
  ExporterRecord exporter;
};

}  // namespace reinfer::record
