// Snapshot -> Prometheus text format 0.0.4. Pure: families and samples stand in a fixed order, so
// the same snapshot gives the same bytes. The names, labels and meanings are the product's
// contract; they stand in target_metrics.cpp, tenant_metrics.cpp and metrics.cpp. Used by the HTTP
// pool and by the simulation. It knows no HTTP.
#pragma once

#include <string>
#include <vector>

#include "expose/process_stats.h"
#include "expose/server_facts.h"
#include "record/snapshot.h"

namespace reinfer {

// Content-Type of the text below.
inline constexpr const char* kTextFormat = "text/plain; version=0.0.4; charset=utf-8";

std::string render_metrics(const Snapshot& snapshot, const ServerFacts& server,
                           const ProcessStats& process);

// The figures of one target alone, for a probe that somebody asked for.
std::string render_target_metrics(const Plan& plan, TargetIndex target, const TargetRecord& record);

// Edges of ServerFacts::scrape_duration, seconds.
std::vector<double> scrape_duration_edges();

}  // namespace reinfer
