// Fault modes: a table of rows that each turn a healthy reply into a faulty one. The families are
// in fault_application, fault_edge, fault_wire and fault_timing; this file joins them and parses a
// mode with its parameter ("http_json.503", "latency.300ms"). Pure functions of their context, any
// thread. The world decides which fault is in force.
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

// The target of a mode: replies of the API; replies of the OAuth token endpoint; connections to the
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

// Whether a fault of that scope, set for the tenants of `pattern`, acts at the place. The token
// endpoint belongs to a whole organisation: a fault of one tenant's API does not act on it.
bool befalls(std::string_view pattern, FaultScope scope, const Place& place);

// The output of --list-faults: name, outcome and description with tabs between, one mode a line.
std::string list_faults();

std::span<const FaultMode> application_faults();
std::span<const FaultMode> edge_faults();
std::span<const FaultMode> wire_faults();
std::span<const FaultMode> timing_faults();

// The action of a row that changes nothing.
inline void leave_alone(const FaultContext&, Reply&) {}

}  // namespace reinfer::simulator
