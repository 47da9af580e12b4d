// The only maker of a Plan: proves that what a Config says fits together, or says everything that
// does not. Used by config/load_plan.cpp. It looks whether files that are named can be read and
// asks the inspector about tokens; it keeps no token and makes no connection. One thread.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/problem.h"
#include "config/config.h"
#include "model/plan.h"
#include "model/target.h"

namespace reinfer::config {

// Says what is wrong with a token source ("the variable ACME_TOKEN is not set"), nullopt if a token
// can be read.
using TokenInspector = std::function<std::optional<std::string>(const model::TokenSource&)>;

// The plan if `problems` is empty afterwards (it may hold problems of reading already, but then no
// plan comes of it); relative paths start at the folder of the file they stand in.
std::optional<model::Plan> prove(const Config& config, const TokenInspector& inspect_token,
                                 base::ProblemList& problems);

}  // namespace reinfer::config
