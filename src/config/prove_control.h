// Proves the controls: URLs outside the API that tell a fault of our own network from one of the
// platform. Used by config/prove.cpp. Pure except for the list of problems; one thread.
#pragma once

#include <vector>

#include "base/problem.h"
#include "config/config.h"
#include "model/target.h"

namespace reinfer::config {

// In file order, without the controls that have a problem.
std::vector<model::Control> prove_controls(const std::vector<ControlConfig>& controls,
                                           base::ProblemList& problems);

}  // namespace reinfer::config
