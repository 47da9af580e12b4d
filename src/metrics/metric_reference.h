// The reference of all metrics in words: Markdown made of the tables of families, of samples that
// are shown to it, and of the one thing that no family knows of itself: when it is absent. A test
// holds that table against a scrape before the first probe, and dashboards/metrics.md against the
// Markdown. Pure; any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "metrics/instrument_samples.h"
#include "record/snapshot.h"

namespace reinfer::metrics {

struct AbsenceRow {
  std::string_view metric;
  std::string_view absent;  // when it has no sample
};

// Families that are not there from the first scrape to the last.
std::span<const AbsenceRow> absences();

// `snapshot` and `instruments` have a sample of every family: the labels are read from them.
std::string metric_reference_markdown(const record::Snapshot& snapshot,
                                      const InstrumentSamples& instruments);

}  // namespace reinfer::metrics
