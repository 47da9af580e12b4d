// What the HTTP side counts about itself: requests by route and code, time taken by scrapes. Filled
// by the server and by the route of the metrics, read by the latter. Any thread.
#pragma once

#include <mutex>
#include <string>

#include "base/clock.h"
#include "expose/metrics.h"

namespace reinfer {

class HttpStatistics {
 public:
  // Scrapes of `telemetry_path` are counted from 0, whether one has come or not.
  explicit HttpStatistics(const std::string& telemetry_path);

  // `path`: the pattern of a route, or "other"; never text of a client.
  void count_request(const std::string& path, int status);
  void observe_scrape(Nanoseconds duration);
  ServerFacts facts() const;

 private:
  // Guarded by mutex_.
  mutable std::mutex mutex_;
  ServerFacts facts_;
};

}  // namespace reinfer
