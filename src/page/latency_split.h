// A latency split into the parts that the page shows: the phases of the connection, with the wait
// as server time and path (model/figures.h). Used by the charts and the tables of the page. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/objective.h"
#include "record/recent_results.h"

namespace reinfer::page {

// Mean time of the ok samples, microseconds each.
struct LatencySplit {
  double resolve = 0;
  double connect = 0;
  double tls = 0;
  double send = 0;
  double server = 0;
  double path = 0;
  double receive = 0;
  double unsplit = 0;  // of waits whose server did not say how long it took
  std::size_t samples = 0;

  double total() const {
    return resolve + connect + tls + send + server + path + unsplit + receive;
  }
  bool operator==(const LatencySplit&) const = default;
};

struct SplitPart {
  const char* name;   // for people
  const char* style;  // class of the colour
  double LatencySplit::*time;
};

// In the order in which they are drawn.
inline constexpr std::array<SplitPart, 8> kSplitParts = {{
    {"resolve", "ph-resolve", &LatencySplit::resolve},
    {"connect", "ph-connect", &LatencySplit::connect},
    {"TLS", "ph-tls", &LatencySplit::tls},
    {"send", "ph-send", &LatencySplit::send},
    {"server", "ph-server", &LatencySplit::server},
    {"path", "ph-path", &LatencySplit::path},
    {"server and path", "ph-unsplit", &LatencySplit::unsplit},
    {"receive", "ph-receive", &LatencySplit::receive},
}};

// Ok, but above the threshold of the latency objective; without an objective nothing is.
bool is_too_slow(const record::RecentSample& sample,
                 const std::optional<model::LatencyObjective>& objective);

// Microseconds of a phase, 0 if it did not take place.
double measured(std::uint32_t microseconds);

LatencySplit split_of(const record::RecentSample& sample);
LatencySplit mean_split(const std::vector<record::RecentSample>& samples);
// "resolve 0.5 ms, connect 0.6 ms, TLS 3.1 ms, server 20 ms, path 0.4 ms, receive 0.1 ms"
std::string describe_split(const LatencySplit& split);
// "41.2 ms" of microseconds.
std::string describe_microseconds(double count);

}  // namespace reinfer::page
