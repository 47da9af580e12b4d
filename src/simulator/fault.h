// Fault modes: what may go wrong, as a table of rows that each turn a healthy reply into a faulty
// one. The families stand in fault_application, fault_edge, fault_wire and fault_timing; this file
// joins them and reads a mode with its parameter from text ("http_json.503", "latency.300ms").
// Pure functions of their context, any thread; which fault is in force is the world's to say.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "simulator/input_problem.h"
#include "simulator/place.h"
#include "simulator/simulated_reply.h"

namespace reinfer::simulator {

// What a mode acts on: replies of the API; replies of the OAuth token endpoint; connections to the
// main TLS port before any request can be read, so that no path can choose it.
enum class FaultScope : std::uint8_t { request, token_endpoint, connection };
inline constexpr std::array<FaultScope, 3> kFaultScopes = {
    FaultScope::request, FaultScope::token_endpoint, FaultScope::connection};

enum class ParameterKind : std::uint8_t {
  none,
  status_code,     // 200-599
  duration,        // "30s"
  duration_range,  // "300ms" or "100ms-2s"
  rate,            // 0-1
  count,           // a whole number
  retry_after,     // seconds, "date" or "none"
};

struct FaultParameter {
  std::string text;
  std::uint64_t number = 0;  // status_code, count, seconds of retry_after
  double rate = 1;
  base::Nanoseconds low{};  // duration; the two ends of a range
  base::Nanoseconds high{};
  bool operator==(const FaultParameter&) const = default;
};

struct FaultContext {
  const FaultParameter& parameter;
  const Request& request;
  std::string tenant;
  double dice = 0;          // uniform in [0, 1)
  std::uint64_t turn = 0;   // how many requests this mode had before
  base::Nanoseconds age{};  // since the mode's first request at this tenant
  base::WallTime now;
};

struct FaultMode {
  std::string_view name;
  ParameterKind parameter;
  std::string_view default_parameter;
  FaultScope scope;
  // The outcome label a correct prober gives to a GET of a dataset that expects 2xx, JSON with
  // status "ok" and an object `dataset`, at the default parameter.
  std::string_view expected_outcome;
  std::string_view description;
  void (*apply)(const FaultContext&, Reply&);
};

struct Fault {
  const FaultMode* mode;
  FaultParameter parameter;
};

const std::vector<FaultMode>& fault_modes();

// "name", "name.parameter" or "name=parameter".
std::variant<Fault, Problem> parse_fault(std::string_view text);

// Whether a fault of that scope, put on the tenants of `pattern`, may act at the place. The token
// endpoint belongs to a whole organisation: what befalls the API of one tenant spares it.
bool befalls(std::string_view pattern, FaultScope scope, const Place& place);

// What --list-faults prints: name, outcome and description with tabs between, one mode a line.
std::string list_faults();

std::span<const FaultMode> application_faults();
std::span<const FaultMode> edge_faults();
std::span<const FaultMode> wire_faults();
std::span<const FaultMode> timing_faults();

// A row's action where there is nothing to change.
inline void leave_alone(const FaultContext&, Reply&) {}

}  // namespace reinfer::simulator
