// Turns a TOML document into a Config: which keys there are, of which type and in which range, is
// said here and nowhere else. Used by config/load_plan.cpp. What several keys mean together is left
// to config/prove.h. Pure but for the list of problems; one thread.
#pragma once

#include "base/problem.h"
#include "config/config.h"
#include "config/document.h"

namespace reinfer::config {

// Everything that can be read; what cannot is added to `problems`.
Config read_config(const DocumentValue& document, base::ProblemList& problems);

// The same for an included file, added to `config`: it may hold tenants and controls only.
void read_included_config(const DocumentValue& document, Config& config,
                          base::ProblemList& problems);

}  // namespace reinfer::config
