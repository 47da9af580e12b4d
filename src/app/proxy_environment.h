// The proxy that the environment names (https_proxy, all_proxy, no_proxy), as far as the plan
// leaves it to libcurl to use it. Used by `check` and at the start. It reads the environment and
// changes nothing; any thread, while nobody writes the environment.
#pragma once

#include <string>
#include <vector>

#include "model/plan.h"

namespace reinfer::app {

// Hosts of no_proxy that libcurl does not understand, and so asks through the proxy, each in words.
// Empty if nothing that the plan asks would use the environment.
std::vector<std::string> no_proxy_faults(const model::Plan& plan);

}  // namespace reinfer::app
