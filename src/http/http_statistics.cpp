#include "http/http_statistics.h"

#include "metrics/metrics.h"

namespace reinfer::http {

HttpStatistics::HttpStatistics(const std::string& telemetry_path) {
  facts_.scrape_duration = record::Histogram(metrics::scrape_duration_edges());
  facts_.http_requests[{telemetry_path, 200}] = 0;
}

void HttpStatistics::count_request(const std::string& path, int status) {
  const std::lock_guard lock(mutex_);
  ++facts_.http_requests[{path, status}];
}

void HttpStatistics::count_rejection(metrics::HttpRejection reason) {
  const std::lock_guard lock(mutex_);
  ++facts_.http_rejected[static_cast<std::size_t>(reason)];
}

void HttpStatistics::set_connections(std::size_t connections) {
  const std::lock_guard lock(mutex_);
  facts_.http_connections = connections;
}

void HttpStatistics::set_web_reload(bool successful,
                                    std::optional<base::WallTime> certificate_expiry) {
  const std::lock_guard lock(mutex_);
  facts_.web_reload_successful = successful;
  facts_.web_certificate_expiry = certificate_expiry;
}

void HttpStatistics::observe_scrape(base::Nanoseconds duration) {
  const std::lock_guard lock(mutex_);
  facts_.scrape_duration.observe(base::to_seconds(duration));
}

metrics::ServerFacts HttpStatistics::facts() const {
  const std::lock_guard lock(mutex_);
  return facts_;
}

}  // namespace reinfer::http
