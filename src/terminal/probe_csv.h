// Probe results as comma-separated values (RFC 4180), for `reinfer_exporter probe --csv`: times in
// seconds, a field that a result has not is empty. It leaves out texts of peers, which a
// spreadsheet could take for formulas. Pure.
#pragma once

#include <string>

#include "model/plan.h"
#include "model/probe_result.h"

namespace reinfer::terminal {

// Each with a newline at its end.
std::string csv_heading();
std::string csv_line(const model::Plan& plan, const model::ProbeResult& result);

}  // namespace reinfer::terminal
