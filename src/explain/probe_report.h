// One ProbeResult as a JSON object, for scripts (`reinfer_exporter probe --json`) and as evidence.
// Pure. The form for people is terminal/probe_card.h.
#pragma once

#include <string>
#include <string_view>

#include "model/plan.h"
#include "model/probe_result.h"

namespace reinfer::explain {

// One line without the newline. Members: tenant, probe, outcome, fault, http_status, started,
// duration_seconds, phases {name: seconds, only those reached}, server_timing [{name, duration_ms,
// description}], server_processing_seconds, network_overhead_seconds, message, request_id, and the
// facts of the connection. Null where a fact is absent; an absent `duration_ms` is left out.
std::string to_json_line(const model::Plan& plan, const model::ProbeResult& result);

// A remembered result as evidence: to_json_line's members, the headers of both sides and the
// command of curl_line.h.
std::string to_evidence_json(const model::Plan& plan, const model::ProbeResult& result);

// A result of the history, whose target may not be configured any more: the same without the
// command.
std::string to_past_json(std::string_view tenant, std::string_view probe,
                         const model::ProbeResult& result);

}  // namespace reinfer::explain
