// One probe's phases as a waterfall: a row each, with a bar where it lay in the probe's time and
// its duration; the wait is split into server time and path. Used by the card that
// `reinfer_exporter probe` prints. Pure; it does not explain the phases.
#pragma once

#include <string>

#include "model/probe_result.h"
#include "terminal/style.h"

namespace reinfer::terminal {

// Lines, each ended by a newline; empty if nothing was measured. Phases that did not take place
// have no row. Of the wait only the shares are known, and not their order: the server time is
// drawn first.
std::string render_waterfall(const model::ProbeResult& result, const TerminalStyle& style);

}  // namespace reinfer::terminal
