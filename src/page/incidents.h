// The pages of incidents: a list of those that the history knows, and one for each with its
// timeline and a ticket for the vendor to copy. The target's page shows its own in the same table.
// Pure; used by the HTTP pool.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "page/html.h"
#include "page/incident_latencies.h"
#include "page/page.h"
#include "record/incident_facts.h"

namespace reinfer::page {

// `root`: the relative path to the overview.
void write_incident_table(Html& html, const std::vector<record::IncidentFacts>& incidents,
                          const std::string& root, base::WallTime now);

// `tenant`: whose alone; empty for all. `next`: the cursor of the page with older ones.
std::string render_incidents(const record::Snapshot& snapshot,
                             const std::vector<record::IncidentFacts>& incidents,
                             const std::string& tenant, const std::optional<std::string>& next,
                             const PageContext& context);

// `evidence`: of the target during the incident, oldest first. `latencies`: absent if the history
// has no answer now.
std::string render_incident(const record::Snapshot& snapshot, const record::IncidentFacts& incident,
                            const std::vector<model::ProbeResult>& evidence,
                            const std::optional<IncidentLatencies>& latencies,
                            const PageContext& context);

}  // namespace reinfer::page
