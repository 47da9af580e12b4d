// A ticket for the vendor from an incident: what failed, since when, how often, the ids of both
// sides, Server-Timing, what was ruled out and how, and a curl line. As Markdown or as plain text,
// to be copied or saved; the same facts in both, and no secret in either. Pure; used by the page
// and the API.
#pragma once

#include <string>
#include <vector>

#include "model/plan.h"
#include "model/probe_result.h"
#include "record/incident_facts.h"

namespace reinfer::explain {

enum class TicketFormat : std::uint8_t { markdown, text };

// Failures in the table; the others are counted.
inline constexpr std::size_t kTicketRequestsMax = 20;

struct TicketFacts {
  const record::IncidentFacts& incident;
  // Results of the target during the incident, oldest first.
  const std::vector<model::ProbeResult>& evidence;
  // With the target, for the curl line; null if it is not configured any more.
  const model::Plan* plan = nullptr;
  base::WallTime now{};
};

std::string incident_ticket(const TicketFacts& facts, TicketFormat format);

// "12 of 14 requests failed".
std::string failures_text(const record::IncidentFacts& incident);
// "2h 5m", or "for 2h 5m so far".
std::string length_text(const record::IncidentFacts& incident, base::WallTime now);
// Ids by which the platform finds a request in its own logs, "x-request-id: abc", of a reply.
std::vector<std::string> platform_ids(const model::ProbeResult& result);

}  // namespace reinfer::explain
