// The whole exposition as one string, for tests and for a probe on demand. The HTTP pool sends an
// Exposition piece by piece instead. Pure, but for the registration of the scrapes' histogram.
#pragma once

#include <string>

#include "metrics/format.h"
#include "metrics/instrument_samples.h"
#include "metrics/process_stats.h"
#include "record/snapshot.h"

namespace reinfer::metrics {

std::string render_metrics(const record::Snapshot& snapshot, const InstrumentSamples& instruments,
                           const ProcessStats& process, Format format = Format::text);

// The figures of one target alone, for a probe on demand.
std::string render_target_metrics(const model::Plan& plan, model::TargetIndex target,
                                  const record::TargetRecord& record, Format format = Format::text);

// Registers the counter of log lines that were dropped; base/log.h counts.
base::Counter dropped_log_lines(base::Instruments& instruments);

// Registers the histogram of the time that scrapes take to render, in seconds. The route of the
// metrics observes it.
base::Histogram scrape_duration(base::Instruments& instruments);

}  // namespace reinfer::metrics
