// Options of the command line that Prometheus' rules need, as metrics. Registered
// once, at the start, by main.
#pragma once

#include "app/options.h"
#include "base/instruments.h"

namespace reinfer::app {

void show_options(const Options& options, base::Instruments& instruments);

}  // namespace reinfer::app
