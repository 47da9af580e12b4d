#include "serve/routes.h"

#include "expose/metrics.h"
#include "expose/process_stats.h"
#include "serve/page_routes.h"

namespace reinfer {

Routes exporter_routes(const std::string& telemetry_path, const Ledgers& ledgers,
                       const Clock& clock, HttpStatistics& statistics,
                       const std::atomic<bool>& ready) {
  const auto metrics = [&ledgers, &clock, &statistics](const HttpRequest&) {
    const MonoTime before = mono_now();
    const Snapshot snapshot = ledgers.snapshot(clock.now());
    HttpReply reply{200,
                    text_format().content_type,
                    render_metrics(snapshot, statistics.facts(), read_process_stats()),
                    {}};
    statistics.observe_scrape(mono_now() - before);
    return reply;
  };
  const auto healthy = [](const HttpRequest&) {
    return HttpReply{200, kPlainText, "healthy\n", {}};
  };
  const auto readiness = [&ready](const HttpRequest&) {
    return ready ? HttpReply{200, kPlainText, "ready\n", {}}
                 : HttpReply{503, kPlainText, "not ready\n", {}};
  };
  Routes routes = {{"GET", telemetry_path, RouteAccess::users, metrics},
                   {"GET", "/-/healthy", RouteAccess::open, healthy},
                   {"GET", "/-/ready", RouteAccess::users, readiness}};
  for (Route& route : page_routes(telemetry_path, ledgers, clock))
    routes.push_back(std::move(route));
  return routes;
}

}  // namespace reinfer
