#include "expose/metrics.h"

#include <prometheus/text_serializer.h>

#include <optional>

#include "base/version.h"
#include "expose/families.h"
#include "expose/target_metrics.h"
#include "expose/tenant_metrics.h"

namespace reinfer {
namespace {

void add_one(Families& families, Family family, std::optional<double> value) {
  if (value) family.add({}, *value);
  families.push_back(family.take());
}

void add_exporter(const ExporterRecord& exporter, Families& families) {
  Family build =
      Family::gauge("reinfer_exporter_build_info", "Always 1, what this build of the exporter is.");
  build.add({{"version", std::string(build_info().version)},
             {"revision", std::string(build_info().revision)},
             {"compiler", std::string(build_info().compiler)}},
            1);
  families.push_back(build.take());
  add_one(families,
          Family::gauge("reinfer_exporter_config_last_reload_successful",
                        "1 if the last load of the configuration succeeded, else 0."),
          exporter.last_reload_successful ? 1 : 0);
  add_one(families,
          Family::gauge("reinfer_exporter_config_last_reload_success_timestamp_seconds",
                        "When the configuration in force was loaded, in seconds since the Unix "
                        "epoch."),
          to_unix_seconds(exporter.plan_loaded));
  Family lag = Family::histogram("reinfer_exporter_schedule_lag_seconds",
                                 "How long after its slot a probe started, in seconds.");
  lag.add({}, exporter.schedule_lag);
  families.push_back(lag.take());
  add_one(families,
          Family::counter("reinfer_exporter_loop_busy_seconds_total",
                          "Time the probe loop spent working instead of waiting, in seconds."),
          exporter.loop_busy_seconds);
  add_one(families,
          Family::gauge("reinfer_exporter_probes_in_flight", "Probes under way at this moment."),
          static_cast<double>(exporter.probes_in_flight));
  add_one(families,
          Family::counter("reinfer_exporter_resent_requests_total",
                          "Requests sent twice because a reused connection turned out to be dead, "
                          "kept out of the latency histograms."),
          static_cast<double>(exporter.resent_requests));
  Family clock = Family::gauge("reinfer_exporter_clock_source",
                               "1 for the clock that stamped the last exchange.");
  if (exporter.clock_source) {
    clock.add({{"source", "kernel"}}, exporter.clock_source == ClockSource::kernel ? 1 : 0);
    clock.add({{"source", "user"}}, exporter.clock_source == ClockSource::user ? 1 : 0);
  }
  families.push_back(clock.take());
  Family dropped =
      Family::counter("reinfer_exporter_dropped_total", "What limits left out, by kind.");
  for (std::size_t i = 0; i < kDroppedCount; ++i)
    dropped.add({{"what", std::string(to_label(static_cast<Dropped>(i)))}},
                static_cast<double>(exporter.dropped[i]));
  families.push_back(dropped.take());
}

void add_server(const ServerFacts& server, Families& families) {
  Family scrapes = Family::histogram("reinfer_exporter_scrape_duration_seconds",
                                     "Time taken to render the metrics, in seconds.");
  scrapes.add({}, server.scrape_duration);
  families.push_back(scrapes.take());
  Family requests = Family::counter("reinfer_exporter_http_requests_total",
                                    "HTTP requests answered, by path and status code.");
  for (const auto& [key, count] : server.http_requests)
    requests.add({{"path", key.first}, {"code", std::to_string(key.second)}},
                 static_cast<double>(count));
  families.push_back(requests.take());
  Family rejected = Family::counter("reinfer_exporter_http_rejected_total",
                                    "Clients turned away or cut off, by reason.");
  for (std::size_t i = 0; i < kHttpRejectionCount; ++i)
    rejected.add({{"reason", std::string(to_label(static_cast<HttpRejection>(i)))}},
                 static_cast<double>(server.http_rejected[i]));
  families.push_back(rejected.take());
  add_one(families,
          Family::gauge("reinfer_exporter_http_connections", "Clients connected at this moment."),
          static_cast<double>(server.http_connections));
  add_one(families,
          Family::gauge("reinfer_exporter_web_config_last_reload_successful",
                        "1 if the files that say who may ask are in force as they stand, 0 if "
                        "former ones are."),
          server.web_reload_successful);
  add_one(families,
          Family::gauge("reinfer_exporter_web_certificate_expiry_timestamp_seconds",
                        "When the certificate shown to clients expires, in seconds since the Unix "
                        "epoch."),
          server.web_certificate_expiry
              ? std::optional(to_unix_seconds(*server.web_certificate_expiry))
              : std::nullopt);
}

void add_process(const ProcessStats& process, Families& families) {
  add_one(families,
          Family::counter("process_cpu_seconds_total",
                          "Total user and system CPU time spent in seconds."),
          process.cpu_seconds);
  add_one(families,
          Family::gauge("process_resident_memory_bytes", "Resident memory size in bytes."),
          process.resident_bytes);
  add_one(families, Family::gauge("process_virtual_memory_bytes", "Virtual memory size in bytes."),
          process.virtual_bytes);
  add_one(families,
          Family::gauge("process_start_time_seconds",
                        "Start time of the process since unix epoch in seconds."),
          process.start_time_seconds);
  add_one(families, Family::gauge("process_open_fds", "Number of open file descriptors."),
          process.open_fds);
  add_one(families, Family::gauge("process_max_fds", "Maximum number of open file descriptors."),
          process.max_fds);
}

// A family without samples would be a HELP line about nothing.
std::string serialize(Families families) {
  std::erase_if(families, [](const auto& family) { return family.metric.empty(); });
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace

std::string render_metrics(const Snapshot& snapshot, const ServerFacts& server,
                           const ProcessStats& process) {
  Families families;
  add_targets(snapshot, families);
  add_tenants(snapshot, families);
  add_exporter(snapshot.exporter, families);
  add_server(server, families);
  add_process(process, families);
  // The gauge counts itself.
  add_one(families, Family::gauge("reinfer_exporter_series", "Series in this exposition."),
          static_cast<double>(count_series(families) + 1));
  return serialize(std::move(families));
}

std::string render_target_metrics(const Plan& plan, TargetIndex target,
                                  const TargetRecord& record) {
  Families families;
  add_target(plan, target, record, families);
  return serialize(std::move(families));
}

std::vector<double> scrape_duration_edges() {
  return {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1};
}

}  // namespace reinfer
