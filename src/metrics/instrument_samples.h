// The exporter's own instruments as they stand at one scrape: plain values, families in the order
// of their registration, samples in a fixed order. Read once for each scrape by the thread that
// answers it; an Exposition then writes them in its format. It counts nothing.
#pragma once

#include <string>
#include <vector>

#include "base/instruments.h"
#include "metrics/encoder.h"
#include "record/histogram.h"

namespace reinfer::metrics {

struct InstrumentSample {
  std::vector<std::string> label_values;  // as many as the family's label names
  double value = 0;                       // of counters and gauges
  record::Histogram histogram;            // of histograms
};

struct InstrumentFamily {
  std::string name;
  std::string help;
  FamilyType type;
  std::vector<std::string> label_names;
  std::vector<InstrumentSample> samples;  // at least one
};
using InstrumentSamples = std::vector<InstrumentFamily>;

// Families without samples are left out.
InstrumentSamples collect(const base::Instruments& instruments);

}  // namespace reinfer::metrics
