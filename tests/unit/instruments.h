// The instruments of an exporter that has answered three scrapes, for tests of the exposition.
#pragma once

#include "http/server_instruments.h"
#include "metrics/metrics.h"

namespace reinfer::tests {

inline metrics::InstrumentSamples some_instruments() {
  base::Instruments instruments;
  metrics::dropped_log_lines(instruments);
  metrics::scrape_duration(instruments);
  http::ServerInstruments server(instruments, "/metrics");
  for (int scrape = 0; scrape < 3; ++scrape)
    server.count_request("/metrics", 200);
  return metrics::collect(instruments);
}

}  // namespace reinfer::tests
