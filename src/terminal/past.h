// The history's incidents and evidence as lines for people. Used by `reinfer_exporter
// incidents` and `reinfer_exporter evidence`. Pure.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "model/probe_result.h"
#include "record/incident_facts.h"
#include "terminal/style.h"

namespace reinfer::terminal {

// A line for each under a heading; "none" without any. An incident that lasts does so until `now`.
std::string render_incidents(const std::vector<record::IncidentFacts>& incidents,
                             base::WallTime now, const TerminalStyle& style);

// A line for each of one target, and its message and request id below it.
std::string render_evidence(const std::vector<model::ProbeResult>& results,
                            const TerminalStyle& style);

}  // namespace reinfer::terminal
