#include "expose/metrics.h"

#include <prometheus/text_serializer.h>

#include <optional>

#include "base/version.h"
#include "expose/families.h"

namespace reinfer {
namespace {

using Families = std::vector<prometheus::MetricFamily>;

void add_static_labels(const Snapshot& snapshot, const Tenant& tenant, Labels& labels) {
  const auto& names = snapshot.plan->label_names();
  for (std::size_t i = 0; i < names.size(); ++i)
    labels.push_back({names[i], tenant.label_values[i]});
}

Labels tenant_labels(const Snapshot& snapshot, const Tenant& tenant) {
  Labels labels{{"tenant", tenant.name}};
  add_static_labels(snapshot, tenant, labels);
  return labels;
}

// Labels of every target, computed once a scrape.
std::vector<Labels> all_target_labels(const Snapshot& snapshot) {
  std::vector<Labels> all;
  for (const Target& target : snapshot.plan->targets()) {
    Labels labels{{"tenant", target.tenant_name}, {"probe", target.probe}};
    add_static_labels(snapshot, snapshot.plan->tenant(target.tenant), labels);
    all.push_back(std::move(labels));
  }
  return all;
}

// One scrape's view of the targets: `each` calls back with the record and labels of each, in order.
class TargetView {
 public:
  explicit TargetView(const Snapshot& snapshot)
      : snapshot_(snapshot), labels_(all_target_labels(snapshot)) {}

  template <typename Fill>
  void fill(Families& families, Family family, Fill fill) const {
    for (std::size_t i = 0; i < labels_.size(); ++i)
      fill(family, labels_[i], snapshot_.targets[i]);
    families.push_back(family.take());
  }

 private:
  const Snapshot& snapshot_;
  const std::vector<Labels> labels_;
};

void add_if(Family& family, const Labels& labels, std::optional<double> value) {
  if (value) family.add(labels, *value);
}

void add_what_happened(const TargetView& targets, Families& families) {
  targets.fill(families,
               Family::counter("reinfer_probe_results_total",
                               "Finished probes by outcome and by whose fault it is."),
               [](Family& family, const Labels& labels, const TargetRecord& record) {
                 for (const Outcome outcome : all_outcomes())
                   family.add(
                       with(with(labels, "outcome", to_label(outcome)), "fault",
                            to_label(fault_of(outcome))),
                       static_cast<double>(record.outcomes[static_cast<std::size_t>(outcome)]));
               });
  targets.fill(families,
               Family::gauge("reinfer_probe_success", "1 if the last probe was ok, else 0."),
               [](Family& family, const Labels& labels, const TargetRecord& record) {
                 if (record.last) family.add(labels, record.last->outcome == Outcome::ok ? 1 : 0);
               });
  targets.fill(families,
               Family::gauge("reinfer_application_answered",
                             "1 if the last reply was written by the application itself, whatever "
                             "it said, else 0."),
               [](Family& family, const Labels& labels, const TargetRecord& record) {
                 if (record.last)
                   family.add(labels, record.last->application_answered.value_or(false) ? 1 : 0);
               });
  targets.fill(
      families,
      Family::counter("reinfer_http_responses_total",
                      "Replies by exact HTTP status code, at most 30 codes, then other."),
      [](Family& family, const Labels& labels, const TargetRecord& record) {
        for (const auto& [code, count] : record.http_codes)
          family.add(with(labels, "code", std::to_string(code)), static_cast<double>(count));
        if (record.http_codes_other > 0)
          family.add(with(labels, "code", "other"), static_cast<double>(record.http_codes_other));
      });
}

void add_when(const TargetView& targets, Families& families) {
  targets.fill(families,
               Family::gauge("reinfer_probe_last_timestamp_seconds",
                             "When the last probe ended, in seconds since the Unix epoch."),
               [](Family& family, const Labels& labels, const TargetRecord& record) {
                 if (record.last) family.add(labels, to_unix_seconds(record.last->finished));
               });
  targets.fill(families,
               Family::gauge("reinfer_probe_last_success_timestamp_seconds",
                             "When the last ok probe ended, in seconds since the Unix epoch."),
               [](Family& family, const Labels& labels, const TargetRecord& record) {
                 if (record.last_success) family.add(labels, to_unix_seconds(*record.last_success));
               });
  targets.fill(families,
               Family::counter("reinfer_probe_skipped_total",
                               "Slots of the grid that were not probed, by reason."),
               [](Family& family, const Labels& labels, const TargetRecord& record) {
                 for (std::size_t i = 0; i < kSkipReasonCount; ++i)
                   family.add(with(labels, "reason", to_label(static_cast<SkipReason>(i))),
                              static_cast<double>(record.skipped[i]));
               });
}

void add_how_fast(const TargetView& targets, Families& families) {
  targets.fill(families,
               Family::histogram("reinfer_probe_duration_seconds",
                                 "Client-side latency of ok probes in seconds, from the start of "
                                 "the request to the last byte of the body."),
               [](Family& family, const Labels& labels, const TargetRecord& record) {
                 family.add(labels, record.duration);
               });
  targets.fill(families,
               Family::histogram("reinfer_server_processing_seconds",
                                 "The platform's own time in seconds, from the total entry of "
                                 "Server-Timing."),
               [](Family& family, const Labels& labels, const TargetRecord& record) {
                 family.add(labels, record.server_processing);
               });
  targets.fill(families,
               Family::histogram("reinfer_network_overhead_seconds",
                                 "Share of the wait in seconds that the platform does not account "
                                 "for: wait minus server processing, at least 0."),
               [](Family& family, const Labels& labels, const TargetRecord& record) {
                 family.add(labels, record.network_overhead);
               });
  targets.fill(families,
               Family::counter("reinfer_server_timing_replies_total",
                               "Replies of the application by what their Server-Timing held."),
               [](Family& family, const Labels& labels, const TargetRecord& record) {
                 for (std::size_t i = 0; i < kServerTimingStateCount; ++i)
                   family.add(with(labels, "state", to_label(static_cast<ServerTimingState>(i))),
                              static_cast<double>(record.server_timing[i]));
               });
}

void add_phases(const TargetView& targets, Families& families) {
  const auto per_phase = [&](Family empty, double (*value)(const PhaseTotal&)) {
    targets.fill(families, std::move(empty),
                 [value](Family& family, const Labels& labels, const TargetRecord& record) {
                   for (std::size_t i = 0; i < kPhaseCount; ++i)
                     family.add(with(labels, "phase", to_label(static_cast<Phase>(i))),
                                value(record.phases[i]));
                 });
  };
  per_phase(Family::counter("reinfer_probe_phase_seconds_total",
                            "Time spent in each phase that took place, in seconds."),
            [](const PhaseTotal& phase) { return phase.seconds; });
  per_phase(
      Family::counter("reinfer_probe_phase_samples_total", "How often each phase took place."),
      [](const PhaseTotal& phase) { return static_cast<double>(phase.samples); });
  targets.fill(
      families,
      Family::gauge("reinfer_response_size_bytes", "Decoded body size of the last reply in bytes."),
      [](Family& family, const Labels& labels, const TargetRecord& record) {
        if (record.last && record.last->body_bytes)
          family.add(labels, static_cast<double>(*record.last->body_bytes));
      });
}

std::string_view to_label(Onboarding onboarding) {
  switch (onboarding) {
    case Onboarding::uipath:
      return "uipath";
    case Onboarding::reinfer:
      return "reinfer";
    case Onboarding::other:
      break;
  }
  return "other";
}

void add_tenants(const Snapshot& snapshot, Families& families) {
  Family info =
      Family::gauge("reinfer_tenant_info", "Always 1, the tenant's base URL and onboarding.");
  Family expiry = Family::gauge("reinfer_tls_certificate_expiry_timestamp_seconds",
                                "When the first certificate of the server's chain expires, in "
                                "seconds since the Unix epoch, as of the last TLS handshake.");
  Family maintenance = Family::gauge("reinfer_tenant_in_maintenance",
                                     "1 inside a configured maintenance window, else 0.");
  for (std::size_t i = 0; i < snapshot.tenants.size(); ++i) {
    const Tenant& tenant = snapshot.plan->tenants()[i];
    const Labels labels = tenant_labels(snapshot, tenant);
    maintenance.add(labels, snapshot.tenants[i].in_maintenance ? 1 : 0);
    info.add(
        with(with(labels, "base_url", tenant.base_url), "onboarding", to_label(tenant.onboarding)),
        1);
    if (const auto& at = snapshot.tenants[i].certificate_expiry)
      expiry.add(labels, to_unix_seconds(*at));
  }
  families.push_back(info.take());
  families.push_back(maintenance.take());
  families.push_back(expiry.take());
}

void add_tokens(const Snapshot& snapshot, Families& families) {
  Family accepted =
      Family::gauge("reinfer_token_accepted",
                    "1 if the last reply that judged the tenant's token took it, 0 if "
                    "it was rejected.");
  Family changes = Family::counter("reinfer_token_changes_total",
                                   "How often the tenant's token was replaced by another one.");
  Family changed = Family::gauge("reinfer_token_last_change_timestamp_seconds",
                                 "When the tenant's token was last replaced, in seconds since the "
                                 "Unix epoch.");
  Family errors = Family::counter("reinfer_token_read_errors_total",
                                  "How often the tenant's token could not be read or fetched.");
  Family expiry = Family::gauge("reinfer_token_expiry_timestamp_seconds",
                                "When the tenant's token expires, in seconds since the Unix epoch, "
                                "where OAuth or the token itself tells.");
  for (std::size_t i = 0; i < snapshot.tenants.size(); ++i) {
    const Labels labels = tenant_labels(snapshot, snapshot.plan->tenants()[i]);
    const TokenFacts& token = snapshot.tenants[i].token;
    if (token.accepted) accepted.add(labels, *token.accepted ? 1 : 0);
    changes.add(labels, static_cast<double>(token.changes));
    if (token.last_change) changed.add(labels, to_unix_seconds(*token.last_change));
    errors.add(labels, static_cast<double>(token.read_errors));
    if (token.expiry) expiry.add(labels, to_unix_seconds(*token.expiry));
  }
  for (Family* family : {&accepted, &changes, &changed, &errors, &expiry})
    families.push_back(family->take());
}

void add_controls(const Snapshot& snapshot, Families& families) {
  Family reachable =
      Family::gauge("reinfer_control_reachable",
                    "1 if the control target answered at all when last asked, so our "
                    "own way out works, else 0.");
  for (std::size_t i = 0; i < snapshot.controls.size(); ++i)
    if (snapshot.controls[i])
      reachable.add({{"control", snapshot.plan->controls()[i].name}},
                    *snapshot.controls[i] ? 1 : 0);
  families.push_back(reachable.take());
}

void add_one(Families& families, Family family, std::optional<double> value) {
  add_if(family, {}, value);
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

Families target_families(const Snapshot& snapshot) {
  Families families;
  const TargetView targets(snapshot);
  add_what_happened(targets, families);
  add_when(targets, families);
  add_how_fast(targets, families);
  add_phases(targets, families);
  add_tenants(snapshot, families);
  add_tokens(snapshot, families);
  add_controls(snapshot, families);
  return families;
}

// A family without samples would be a HELP line about nothing.
std::string serialize(Families families) {
  std::erase_if(families, [](const auto& family) { return family.metric.empty(); });
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace

std::string render_metrics(const Snapshot& snapshot, const ServerFacts& server,
                           const ProcessStats& process) {
  Families families = target_families(snapshot);
  add_exporter(snapshot.exporter, families);
  add_server(server, families);
  add_process(process, families);
  // The gauge counts itself.
  add_one(families, Family::gauge("reinfer_exporter_series", "Series in this exposition."),
          static_cast<double>(count_series(families) + 1));
  return serialize(std::move(families));
}

std::string render_target_metrics(const Snapshot& snapshot) {
  return serialize(target_families(snapshot));
}

std::vector<double> scrape_duration_edges() {
  return {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1};
}

}  // namespace reinfer
