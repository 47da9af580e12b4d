// What was said on the command line and rules of Prometheus want to know, as metrics. Registered
// once, at the start, by main.
#pragma once

#include "app/options.h"
#include "base/instruments.h"

namespace reinfer::app {

void show_options(const Options& options, base::Instruments& instruments);

}  // namespace reinfer::app
