// The effective settings of one probe, from the probe, its tenant, [defaults] and built-in values.
// Used by config/prove_probe.cpp. Pure except for the list of problems; one thread.
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

// The sources of the settings of one probe, the nearest first.
struct SettingLevels {
  const ProbeSettings& probe;
  const ProbeSettings& tenant;
  const ProbeSettings& defaults;
};

// The shortest interval that the request itself allows. `place` and `key` name the request.
struct IntervalFloor {
  base::Nanoseconds interval_min{};
  std::string what;  // "predict"
  base::Place place;
  std::string key;
};

// nullopt after a problem, reported here or by the reader. A problem is reported at the place of
// the setting that causes it.
std::optional<ProvenSettings> prove_settings(const SettingLevels& levels,
                                             const IntervalFloor& floor,
                                             base::ProblemList& problems);

}  // namespace reinfer::config
