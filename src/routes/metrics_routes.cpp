#include "routes/metrics_routes.h"

#include <utility>

#include "metrics/exposition.h"
#include "metrics/metrics.h"
#include "metrics/process_stats.h"
#include "routes/page_routes.h"

namespace reinfer::routes {
namespace {

// The metrics of one scrape, made piece by piece as the client takes them. The time it took to make
// them is observed at the end, so the next scrape shows it.
class MetricsBody final : public http::BodySource {
 public:
  MetricsBody(const record::Ledgers& ledgers, const base::Clock& clock,
              const base::Instruments& instruments, base::Histogram duration,
              metrics::Format format)
      : duration_(duration),
        begun_(base::mono_now()),
        exposition_(ledgers.shared_snapshot(clock.now()), metrics::collect(instruments),
                    metrics::read_process_stats(), format),
        taken_(base::mono_now() - begun_) {}

  std::string_view next() override {
    const base::MonoTime before = base::mono_now();
    const std::string_view piece = exposition_.next();
    taken_ += base::mono_now() - before;
    if (exposition_.done() && !std::exchange(observed_, true))
      duration_.observe(base::to_seconds(taken_));
    return piece;
  }
  bool done() const override { return exposition_.done(); }

 private:
  base::Histogram duration_;
  const base::MonoTime begun_;
  metrics::Exposition exposition_;
  base::Nanoseconds taken_;
  bool observed_ = false;
};

}  // namespace

http::Routes exporter_routes(const Telemetry& telemetry, const record::Ledgers& ledgers,
                             const base::Clock& clock, base::Instruments& instruments,
                             const std::atomic<bool>& ready, history::History* history) {
  const base::Histogram duration = metrics::scrape_duration(instruments);
  const auto metrics = [&ledgers, &clock, &instruments, duration,
                        created = telemetry.created_series](const http::HttpRequest& request) {
    metrics::ChosenFormat chosen = metrics::choose_format(request.headers_joined("Accept"));
    http::HttpReply reply{200, std::move(chosen.content_type), {}, {{"Vary", "Accept"}}};
    const metrics::Format format =
        created ? metrics::with_created_series(chosen.format) : chosen.format;
    reply.source = std::make_unique<MetricsBody>(ledgers, clock, instruments, duration, format);
    return reply;
  };
  const auto healthy = [](const http::HttpRequest&) {
    return http::HttpReply{200, http::kPlainText, "healthy\n", {}};
  };
  const auto readiness = [&ready](const http::HttpRequest&) {
    return ready ? http::HttpReply{200, http::kPlainText, "ready\n", {}}
                 : http::HttpReply{503, http::kPlainText, "not ready\n", {}};
  };
  http::Routes routes = {{"GET", telemetry.path, http::RouteAccess::users, metrics},
                         {"GET", "/-/healthy", http::RouteAccess::open, healthy},
                         {"GET", "/-/ready", http::RouteAccess::users, readiness}};
  for (http::Route& route : page_routes(telemetry.path, telemetry.place, ledgers, clock, history))
    routes.push_back(std::move(route));
  return routes;
}

}  // namespace reinfer::routes
