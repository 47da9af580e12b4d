// What the HTTP side counts about itself: requests by route and code, who was turned away and why,
// time taken by scrapes. Filled by the server and by the route of the metrics, read by the latter.
// Any thread.
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "base/clock.h"
#include "metrics/server_facts.h"

namespace reinfer::http {

class HttpStatistics {
 public:
  // Scrapes of `telemetry_path` are counted from 0, whether one has come or not.
  explicit HttpStatistics(const std::string& telemetry_path);

  // `path`: the pattern of a route, or "other"; never text of a client.
  void count_request(const std::string& path, int status);
  void count_rejection(metrics::HttpRejection reason);
  void observe_scrape(base::Nanoseconds duration);
  void set_connections(std::size_t connections);
  // Once for each attempt to load the files that say who may ask.
  void set_web_reload(bool successful, std::optional<base::WallTime> certificate_expiry);
  metrics::ServerFacts facts() const;

 private:
  // Guarded by mutex_.
  mutable std::mutex mutex_;
  metrics::ServerFacts facts_;
};

}  // namespace reinfer::http
