#include "routes/metrics_routes.h"

#include <utility>

#include "metrics/exposition.h"
#include "metrics/process_stats.h"
#include "routes/page_routes.h"

namespace reinfer {
namespace {

// The metrics on their way to a client. Once they are all made, the time that took is a figure of
// the scrapes to come.
class MetricsBody final : public BodySource {
 public:
  MetricsBody(const Ledgers& ledgers, const Clock& clock, HttpStatistics& statistics, Format format)
      : statistics_(statistics),
        begun_(mono_now()),
        exposition_(ledgers.snapshot(clock.now()), statistics.facts(), read_process_stats(),
                    format),
        taken_(mono_now() - begun_) {}

  std::string_view next() override {
    const MonoTime before = mono_now();
    const std::string_view piece = exposition_.next();
    taken_ += mono_now() - before;
    if (exposition_.done() && !std::exchange(observed_, true)) statistics_.observe_scrape(taken_);
    return piece;
  }
  bool done() const override { return exposition_.done(); }

 private:
  HttpStatistics& statistics_;
  const MonoTime begun_;
  Exposition exposition_;
  Nanoseconds taken_;
  bool observed_ = false;
};

}  // namespace

Routes exporter_routes(const std::string& telemetry_path, const Ledgers& ledgers,
                       const Clock& clock, HttpStatistics& statistics,
                       const std::atomic<bool>& ready) {
  const auto metrics = [&ledgers, &clock, &statistics](const HttpRequest& request) {
    ChosenFormat chosen = choose_format(request.headers_joined("Accept"));
    HttpReply reply{200, std::move(chosen.content_type), {}, {{"Vary", "Accept"}}};
    reply.source = std::make_unique<MetricsBody>(ledgers, clock, statistics, chosen.format);
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
