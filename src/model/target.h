// What is probed: a Tenant of the API and, for each of its probes, a Target. Final, valid, in
// machine units: made by config/prove.h only, immutable afterwards, read by every thread.
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

// Positions in the plan's lists. Strong enums, so that one cannot be taken for the other.
enum class TenantIndex : std::uint32_t {};
enum class TargetIndex : std::uint32_t {};

constexpr std::size_t to_size(TenantIndex i) {
  return static_cast<std::size_t>(i);
}
constexpr std::size_t to_size(TargetIndex i) {
  return static_cast<std::size_t>(i);
}

// Who opened the tenant's account, read off the base URL's form.
enum class Onboarding : std::uint8_t { uipath, reinfer, other };

// Whether each probe pays for resolve, connect and TLS ("fresh", the whole path is measured) or an
// open connection is used again where the server allows ("reuse").
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
  // Over all its probes, any 60 seconds; absent: no limit but the grid's own.
  std::optional<std::size_t> requests_per_minute_max;
  // Paid probes a day (UTC), over all of them.
  std::size_t paid_probes_per_day_max = kPaidProbesPerDay;
  std::vector<std::string> label_values;  // one for each of Plan::label_names(), "" where unset
  bool operator==(const Tenant&) const = default;
};

enum class JsonType : std::uint8_t { any, array, object, string, number, boolean };

// What makes a reply good. Always required: a JSON object whose `status` is the string "ok" with a
// 2xx code; or, where `http_status` is 400 or above, an error reply of the application with just
// that code.
struct Expectation {
  std::optional<int> http_status;     // exact code; absent: any 2xx
  std::string key;                    // top-level key that must be there; empty: none
  JsonType type = JsonType::any;      // type of that key's value
  std::optional<std::size_t> length;  // exact length of the array at that key
  bool operator==(const Expectation&) const = default;
};

// Each stage has its own limit so that a timeout says where it happened; `total` bounds them all.
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

// A place that has nothing to do with the API, asked without a token: any reply at all means that
// our own way out works, so a failure elsewhere is not ours.
struct Control {
  std::string name;
  std::string url;
  base::Nanoseconds interval{};
  Deadlines deadlines;
  bool operator==(const Control&) const = default;
};

}  // namespace reinfer::model
