// Proves the objectives of one probe. Used by config/settings.cpp, which finds the table `slo`
// nearest to the probe. Pure except for the list of problems; one thread.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/problem.h"
#include "config/config.h"
#include "model/objective.h"

namespace reinfer::config {

// The bounds of a latency objective. `described`: the place of the timeout, for messages.
struct TimeoutOfSlo {
  base::Nanoseconds timeout{};
  std::string_view described;  // "of the tenant"
};

// nullopt after a problem, reported here or by the reader.
std::optional<model::Objectives> prove_slo(const SloConfig& slo, const Setting<SloConfig>& written,
                                           const TimeoutOfSlo& timeout,
                                           base::ProblemList& problems);

// Adds the threshold of a latency objective to the bucket edges, so that the histogram shows the
// share of good probes as well.
void add_latency_edge(const model::Objectives& objectives, std::vector<double>& edges);

}  // namespace reinfer::config
