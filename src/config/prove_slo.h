// Proves the objectives of one probe. Used by config/settings.cpp, which has found the table `slo`
// nearest to the probe. Pure but for the list of problems.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/problem.h"
#include "config/config.h"
#include "model/objective.h"

namespace reinfer::config {

// What a latency objective must fit to. `described`: where the timeout is set, for messages.
struct TimeoutOfSlo {
  base::Nanoseconds timeout{};
  std::string_view described;  // "of the tenant"
};

// nullopt if something is wrong that has been reported, now or when it was read.
std::optional<model::Objectives> prove_slo(const SloConfig& slo, const Setting<SloConfig>& written,
                                           const TimeoutOfSlo& timeout,
                                           base::ProblemList& problems);

// Puts the threshold of a latency objective among the edges, so that its share can be read off the
// histogram as well.
void add_latency_edge(const model::Objectives& objectives, std::vector<double>& edges);

}  // namespace reinfer::config
