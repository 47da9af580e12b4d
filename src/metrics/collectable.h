// The figures of all targets as a prometheus::Collectable, for programs that link the core library
// and already expose a prometheus-cpp registry: register it with their Exposer. The exporter itself
// does not use it; its scrapes are written by an Exposition, which is faster and knows more
// formats.
#pragma once

#include <functional>
#include <memory>

#include "record/snapshot.h"

namespace prometheus {
class Collectable;
}

namespace reinfer::metrics {

// Each Collect() calls `take` once and returns the families of targets, tenants and probe loops,
// in the order and with the samples of our own text format. A family without samples is left out;
// native histograms, exemplars and created timestamps are, too, since prometheus-cpp has none.
// Collect() may be called by any thread from which `take` may.
std::unique_ptr<prometheus::Collectable> make_collectable(std::function<record::Snapshot()> take);

}  // namespace reinfer::metrics
