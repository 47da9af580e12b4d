// What the HTTP side knows of itself beyond the ledger, as /metrics shows it: a plain value, filled
// by http/http_statistics.h and rendered by metrics.cpp.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "record/histogram.h"

namespace reinfer::metrics {

// Why somebody was turned away, or cut off.
enum class HttpRejection : std::uint8_t {
  slow,                  // did not send a request, or take its reply, in time
  too_many_connections,  // the connection that had waited longest made room
  too_many_requests,
  too_many_passwords,  // that had not been seen before, at once
  rate_limit,
  header_too_large,
  body_too_large,
  malformed,
  unauthorized,
  tls,  // no handshake: version, certificate, or no TLS at all
};
inline constexpr std::size_t kHttpRejectionCount = 10;
std::string_view to_label(HttpRejection reason);

struct ServerFacts {
  record::Histogram scrape_duration;
  std::map<std::pair<std::string, int>, std::uint64_t> http_requests;  // by (path, code)
  std::array<std::uint64_t, kHttpRejectionCount> http_rejected{};      // by HttpRejection
  std::size_t http_connections = 0;
  // Absent without files that say who may ask.
  std::optional<bool> web_reload_successful;
  std::optional<base::WallTime> web_certificate_expiry;  // absent without TLS
};

}  // namespace reinfer::metrics
