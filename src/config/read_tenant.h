// Reads the keys of a tenant, and those of its network that [defaults] shares. A part of
// config/read.h. Pure but for the list of problems; one thread.
#pragma once

#include "config/config.h"
#include "config/table_reader.h"

namespace reinfer::config {

TenantConfig read_tenant(const DocumentValue& table, base::ProblemList& problems);

NetworkSettings read_network(TableReader& reader);

}  // namespace reinfer::config
