// The whole exposition as one string, for those who want it so: tests, and a probe on demand. The
// HTTP pool sends an Exposition piece by piece instead. Pure.
#pragma once

#include <string>
#include <vector>

#include "metrics/format.h"
#include "metrics/process_stats.h"
#include "metrics/server_facts.h"
#include "record/snapshot.h"

namespace reinfer::metrics {

std::string render_metrics(const record::Snapshot& snapshot, const ServerFacts& server,
                           const ProcessStats& process, Format format = Format::text);

// The figures of one target alone, for a probe that somebody asked for.
std::string render_target_metrics(const model::Plan& plan, model::TargetIndex target,
                                  const record::TargetRecord& record, Format format = Format::text);

// Edges of ServerFacts::scrape_duration, seconds.
std::vector<double> scrape_duration_edges();

}  // namespace reinfer::metrics
