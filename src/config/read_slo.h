// Reads the objectives of a probe, the table `slo` of [defaults], a tenant or a probe. Used by
// config/read_probe.cpp. Pure but for the list of problems.
#pragma once

#include "config/config.h"
#include "config/table_reader.h"

namespace reinfer::config {

Setting<SloConfig> read_slo(TableReader& owner, base::ProblemList& problems);

}  // namespace reinfer::config
