// Reads the keys of a probe, and those that [defaults], a tenant and a probe share. A part of
// config/read.h. Pure but for the list of problems; one thread.
#pragma once

#include <string>

#include "config/config.h"
#include "config/table_reader.h"

namespace reinfer::config {

// `path` is the table's own dotted key.
ProbeConfig read_probe(const DocumentValue& table, const std::string& path,
                       base::ProblemList& problems);

ProbeSettings read_settings(TableReader& reader, base::ProblemList& problems);

}  // namespace reinfer::config
