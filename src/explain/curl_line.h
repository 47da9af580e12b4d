// The request of a probe as a command for a shell, to be pasted on the exporter's machine or sent
// with a vendor ticket. Used by the page, the API and the terminal. Pure; any thread. It holds no
// secret: where the probe sent one, the command names the place it comes from.
#pragma once

#include <string>

#include "model/plan.h"
#include "model/probe_result.h"

namespace reinfer::explain {

// One command over several lines, each but the last ending in a backslash.
std::string to_curl_line(const model::Plan& plan, const model::ProbeResult& result);

}  // namespace reinfer::explain
