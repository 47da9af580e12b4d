// Everything that can be chosen about a simulator before it starts: filled by the command line or
// by a test. Plain values; Simulator checks files and ports at the start.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "simulator/address.h"

namespace reinfer::simulator {

enum class PortKind : std::uint8_t { http, https, https_expired, https_wrong_name };
inline constexpr std::size_t kPortKindCount = 4;
inline constexpr std::array<std::string_view, kPortKindCount> kPortNames = {
    "http", "https", "https_expired", "https_wrong_name"};

inline constexpr std::string_view kClientId = "simulated-client";
inline constexpr std::string_view kClientSecret = "simulated-secret";

struct Options {
  // Indexed by PortKind. With none at all the simulator speaks TLS on 127.0.0.1:9443.
  std::array<std::optional<Address>, kPortKindCount> listen;
  std::string token = "simulated-token";
  // By "ORGANISATION/TENANT": tenants that accept a token of their own, and not the common one.
  std::map<std::string, std::string, std::less<>> tenant_tokens;
  // By "ORGANISATION/TENANT": what the token's user may do there, for tenants in which that is not
  // everything. Identifiers such as "sources-read".
  std::map<std::string, std::vector<std::string>, std::less<>> tenant_permissions;
  std::string ca_file;     // where the CA certificate goes; not written if empty
  std::string ready_file;  // where ready_json() goes; not written if empty
  std::string scenario_file;
  std::uint64_t seed = 1;
  base::Nanoseconds latency = std::chrono::milliseconds(20);
  base::Nanoseconds token_lifetime = std::chrono::hours(1);  // of OAuth tokens
  bool auth_before_routing = true;
  base::LogLevel log_level = base::LogLevel::error;
  base::LogFormat log_format = base::LogFormat::logfmt;
};

}  // namespace reinfer::simulator
