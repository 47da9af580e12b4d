// Turns a TOML document into a Config. The only place that defines the keys, their types and
// ranges. Used by config/load_plan.cpp. config/prove.h checks how keys fit together. Pure except
// for the list of problems; one thread.
#pragma once

#include "base/problem.h"
#include "config/config.h"
#include "config/document.h"

namespace reinfer::config {

// Every key that can be read; the others are reported in `problems`.
Config read_config(const DocumentValue& document, base::ProblemList& problems);

// Adds an included file to `config`; it may hold tenants and controls only.
void read_included_config(const DocumentValue& document, Config& config,
                          base::ProblemList& problems);

}  // namespace reinfer::config
