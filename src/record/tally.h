// What one finished probe adds to the figures of its target. The Ledger counts with it under its
// lock; a probe that was asked for and stands outside the schedule is counted with it alone. Pure.
#pragma once

#include "model/probe_result.h"
#include "record/snapshot.h"

namespace reinfer::record {

// A target that was never probed; counting begins `now`.
TargetRecord empty_record(const model::Target& target, base::WallTime now);

// `exporter`: takes what limits leave out.
void tally(const model::ProbeResult& result, TargetRecord& record, ExporterRecord& exporter);

}  // namespace reinfer::record
