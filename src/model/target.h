// A Tenant of the API and, for each of its probes, a Target. Final, valid, in machine units: made
// by config/prove.h only, immutable afterwards, read by every thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "model/maintenance_window.h"
#include "model/network.h"
#include "model/objective.h"
#include "model/token_source.h"

namespace reinfer::model {

// Positions in the plan's lists. Strong enums, so that they cannot be mixed up.
enum class TenantIndex : std::uint32_t {};
enum class TargetIndex : std::uint32_t {};

constexpr std::size_t to_size(TenantIndex i) {
  return static_cast<std::size_t>(i);
}
constexpr std::size_t to_size(TargetIndex i) {
  return static_cast<std::size_t>(i);
}

// How the tenant was onboarded, derived from the form of the base URL.
enum class Onboarding : std::uint8_t { uipath, reinfer, other };

// "fresh": each probe opens a connection, so that resolve, connect and TLS are measured. "reuse":
// an open connection is used again if the server allows it.
enum class ConnectionMode : std::uint8_t { fresh, reuse };

// One every five minutes, the shortest interval a paid probe may have.
inline constexpr std::size_t kPaidProbesPerDay = 288;

struct Tenant {
  std::string name;
  std::string
      base_url;  // normalised: no trailing slash, no query ("https://h/org/tenant/reinfer_")
  Onboarding onboarding = Onboarding::other;
  TokenSource token;
  NetworkOptions network;
  std::vector<MaintenanceWindow> maintenance;
  // Over all its probes, in any 60 seconds; absent: no limit.
  std::optional<std::size_t> requests_per_minute_max;
  // Paid probes a day (UTC), over all of them.
  std::size_t paid_probes_per_day_max = kPaidProbesPerDay;
  std::vector<std::string> label_values;  // one for each of Plan::label_names(), "" where unset
  bool operator==(const Tenant&) const = default;
};

enum class JsonType : std::uint8_t { any, array, object, string, number, boolean };

// Conditions of a good reply. Always required: a JSON object whose `status` is the string "ok" with
// a 2xx code; or, if `http_status` is 400 or above, an error reply of the application with exactly
// that code.
struct Expectation {
  std::optional<int> http_status;     // exact code; absent: any 2xx
  std::string key;                    // top-level key that must be present; empty: none
  JsonType type = JsonType::any;      // type of that key's value
  std::optional<std::size_t> length;  // exact length of the array at that key
  bool operator==(const Expectation&) const = default;
};

// Each stage has its own limit, so that a timeout names its stage; `total` bounds them all.
struct Deadlines {
  base::Nanoseconds total{};
  base::Nanoseconds resolve{};
  base::Nanoseconds connect{};
  base::Nanoseconds tls{};
  bool operator==(const Deadlines&) const = default;
};

struct Target {
  TenantIndex tenant{};
  std::string tenant_name;
  std::string probe;  // name of the check, unique within its tenant
  std::string method;
  std::string url;
  std::string body;  // empty: none
  Expectation expectation;
  bool paid = false;  // each request costs money
  base::Nanoseconds interval{};
  Deadlines deadlines;
  ConnectionMode connection = ConnectionMode::fresh;
  std::size_t body_bytes_max = 0;  // after decompression
  // Upper edges of the latency histograms, seconds, rising; the latency objective is one of them.
  std::vector<double> buckets;
  Objectives objectives;
  bool operator==(const Target&) const = default;
};

// A URL outside the API, requested without a token: any reply at all proves that our own network
// works, so a failure elsewhere is not ours.
struct Control {
  std::string name;
  std::string url;
  base::Nanoseconds interval{};
  Deadlines deadlines;
  bool operator==(const Control&) const = default;
};

}  // namespace reinfer::model
