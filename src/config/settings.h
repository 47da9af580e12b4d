// When and how one probe runs, as it follows from what the probe, its tenant and [defaults] say and
// from the values built in. Used by config/prove_probe.cpp. Pure but for the list of problems.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/problem.h"
#include "config/config.h"
#include "model/target.h"

namespace reinfer::config {

struct ProvenSettings {
  base::Nanoseconds interval{};
  model::Deadlines deadlines;
  model::ConnectionMode connection = model::ConnectionMode::fresh;
  std::size_t body_bytes_max = 0;
  std::vector<double> buckets;  // seconds
  model::Objectives objectives;
};

// The settings of one probe, from its nearest to the farthest.
struct SettingLevels {
  const ProbeSettings& probe;
  const ProbeSettings& tenant;
  const ProbeSettings& defaults;
};

// A limit that the request itself sets: how often it may be made. `place` and `key` are where the
// request is named.
struct IntervalFloor {
  base::Nanoseconds interval_min{};
  std::string what;  // "predict"
  base::Place place;
  std::string key;
};

// nullopt if something is wrong that has been reported, now or when it was read. A problem is put
// where the setting that causes it is written.
std::optional<ProvenSettings> prove_settings(const SettingLevels& levels,
                                             const IntervalFloor& floor,
                                             base::ProblemList& problems);

}  // namespace reinfer::config
