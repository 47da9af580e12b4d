// The routes that everybody expects of an exporter: the metrics, health, readiness, the page. Made
// by the App, which hands them to the server; each answer takes a snapshot of the ledger and
// renders it. They change nothing.
#pragma once

#include <atomic>
#include <string>

#include "base/clock.h"
#include "base/instruments.h"
#include "history/history.h"
#include "http/message.h"
#include "page/web_place.h"
#include "record/ledgers.h"

namespace reinfer::routes {

struct Telemetry {
  std::string path = "/metrics";
  bool created_series = false;  // OpenMetrics tells since when each counter counts
  page::WebPlace place = {};
};

// Everything passed by reference outlives the routes. The metrics show all `instruments`; the
// histogram of the scrapes is registered here. `ready`: answered by /-/ready.
http::Routes exporter_routes(const Telemetry& telemetry, const record::Ledgers& ledgers,
                             const base::Clock& clock, base::Instruments& instruments,
                             const std::atomic<bool>& ready, history::History* history = nullptr);

}  // namespace reinfer::routes
