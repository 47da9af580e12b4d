// Counts one finished probe in the figures of its target. The Ledger calls it under its lock; a
// probe on demand, which is outside the schedule, is counted by it in a record of its own. Pure.
#pragma once

#include "model/probe_result.h"
#include "record/snapshot.h"

namespace reinfer::record {

// A target that was never probed; counting begins `now`.
TargetRecord empty_record(const model::Target& target, base::WallTime now);

// `exporter` counts the resent requests, distrusted samples and dropped things of the result.
void tally(const model::ProbeResult& result, TargetRecord& record, ExporterRecord& exporter);

}  // namespace reinfer::record
