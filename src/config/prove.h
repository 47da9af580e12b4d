// Makes a Plan (nothing else can): checks that the settings of a Config fit together, or reports
// all problems. Used by config/load_plan.cpp. It checks that named files can be read and asks the
// inspector about tokens; it keeps no token and makes no connection. One thread.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/problem.h"
#include "config/config.h"
#include "model/plan.h"
#include "model/target.h"

namespace reinfer::config {

// Returns the problem of a token source ("the variable ACME_TOKEN is not set"), nullopt if a token
// can be read.
using TokenInspector = std::function<std::optional<std::string>(const model::TokenSource&)>;

// The plan if `problems` is empty afterwards; it may hold problems of reading already, and then
// there is no plan. Relative paths start at the folder of their own file.
std::optional<model::Plan> prove(const Config& config, const TokenInspector& inspect_token,
                                 base::ProblemList& problems);

}  // namespace reinfer::config
