// How fast the good probes of a target were before, during and after an incident, from the sketches
// of the history: by whole hours, or by days where hours are not kept any more. Pure; used by the
// incident's page.
#pragma once

#include <chrono>
#include <vector>

#include "history/stretch.h"
#include "page/html.h"
#include "record/incident_facts.h"

namespace reinfer::page {

struct LatencySpan {
  base::WallTime begin{};
  base::WallTime end{};
  history::Latencies latencies;
};

struct IncidentLatencies {
  std::chrono::seconds width{};  // of the stretches that they are made of
  LatencySpan before;
  LatencySpan during;
  LatencySpan after;  // begins after `now` while the incident lasts
};

// The time that the sketches have to cover: as much before and after as is compared with.
LatencySpan around(const record::IncidentFacts& incident, std::chrono::seconds width,
                   base::WallTime now);

// `rows`: of stretches of that width, in any number.
IncidentLatencies split_latencies(const record::IncidentFacts& incident, std::chrono::seconds width,
                                  const std::vector<history::LatencyRow>& rows, base::WallTime now);

// Nothing if none of the three has a latency.
void write_incident_latencies(Html& html, const IncidentLatencies& latencies, base::WallTime now);

}  // namespace reinfer::page
