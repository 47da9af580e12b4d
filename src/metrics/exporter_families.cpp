// The metrics of the exporter itself that are read from the ledger and from /proc. Its instruments
// (base/instruments.h) are written between these two tables.
#include "base/version.h"
#include "metrics/families.h"

namespace reinfer::metrics {
namespace {

using enum FamilyType;

void add_if(const std::optional<double>& value, Encoder& to) {
  if (value) to.add(*value);
}

void add_clock_source(const ScrapeFacts& of, Encoder& to) {
  const auto& source = of.snapshot.exporter.clock_source;
  if (!source) return;
  to.add({{"source", "kernel"}}, source == model::ClockSource::kernel ? 1 : 0);
  to.add({{"source", "user"}}, source == model::ClockSource::user ? 1 : 0);
}

constexpr Family kExporter[] = {
    {{"reinfer_exporter_build_info", "Always 1, what this build of the exporter is.", info},
     [](const ScrapeFacts&, Encoder& to) {
       to.add({{"version", base::build_info().version},
               {"revision", base::build_info().revision},
               {"compiler", base::build_info().compiler}},
              1);
     }},
    {{"reinfer_exporter_config_last_reload_successful",
      "1 if the last load of the configuration succeeded, else 0.", gauge},
     [](const ScrapeFacts& of, Encoder& to) {
       to.add(of.snapshot.exporter.last_reload_successful ? 1 : 0);
     }},
    {{"reinfer_exporter_config_last_reload_success_timestamp_seconds",
      "When the configuration in force was loaded, in seconds since the Unix epoch.", gauge},
     [](const ScrapeFacts& of, Encoder& to) {
       to.add(base::to_unix_seconds(of.snapshot.exporter.plan_loaded));
     }},
    {{"reinfer_exporter_schedule_lag_seconds",
      "How long after its slot a probe started, in seconds.", histogram},
     [](const ScrapeFacts& of, Encoder& to) { to.add(of.snapshot.exporter.schedule_lag); }},
    {{"reinfer_exporter_loop_busy_seconds_total",
      "Time the probe loops spent working instead of waiting, in seconds.", counter},
     [](const ScrapeFacts& of, Encoder& to) { to.add(of.snapshot.exporter.loop_busy_seconds); }},
    {{"reinfer_exporter_probe_threads", "Threads that probe, each with a loop of its own.", gauge},
     [](const ScrapeFacts& of, Encoder& to) {
       to.add(static_cast<double>(of.snapshot.exporter.probe_threads));
     }},
    {{"reinfer_exporter_realtime_probe_threads",
      "Probe threads that the kernel lets run before all ordinary ones.", gauge},
     [](const ScrapeFacts& of, Encoder& to) {
       to.add(static_cast<double>(of.snapshot.exporter.realtime_probe_threads));
     }},
    {{"reinfer_exporter_probes_in_flight", "Probes under way at this moment.", gauge},
     [](const ScrapeFacts& of, Encoder& to) {
       to.add(static_cast<double>(of.snapshot.exporter.probes_in_flight));
     }},
    {{"reinfer_exporter_resent_requests_total",
      "Requests sent twice because a reused connection turned out to be dead, kept out of the "
      "latency histograms.",
      counter},
     [](const ScrapeFacts& of, Encoder& to) {
       to.add(static_cast<double>(of.snapshot.exporter.resent_requests));
     }},
    {{"reinfer_exporter_distrusted_samples_total",
      "Probes whose latencies were kept out of the histograms because the exporter itself was late "
      "or the clock was set, by reason.",
      counter},
     [](const ScrapeFacts& of, Encoder& to) {
       for (std::size_t i = 0; i < model::kDistrustCount; ++i)
         to.add({{"reason", to_label(static_cast<model::Distrust>(i))}},
                static_cast<double>(of.snapshot.exporter.distrusted[i]));
     }},
    {{"reinfer_exporter_clock_source", "1 for the clock that stamped the last wait for a reply.",
      gauge},
     add_clock_source},
    {{"reinfer_exporter_dropped_total", "Dropped because of a limit, by kind.", counter},
     [](const ScrapeFacts& of, Encoder& to) {
       for (std::size_t i = 0; i < record::kDroppedCount; ++i)
         to.add({{"what", to_label(static_cast<record::Dropped>(i))}},
                static_cast<double>(of.snapshot.exporter.dropped[i]));
     }},
};

constexpr Family kProcess[] = {
    {{"process_cpu_seconds_total", "Total user and system CPU time spent in seconds.", counter},
     [](const ScrapeFacts& of, Encoder& to) { add_if(of.process.cpu_seconds, to); }},
    {{"process_resident_memory_bytes", "Resident memory size in bytes.", gauge},
     [](const ScrapeFacts& of, Encoder& to) { add_if(of.process.resident_bytes, to); }},
    {{"process_virtual_memory_bytes", "Virtual memory size in bytes.", gauge},
     [](const ScrapeFacts& of, Encoder& to) { add_if(of.process.virtual_bytes, to); }},
    {{"process_start_time_seconds", "Start time of the process since unix epoch in seconds.",
      gauge},
     [](const ScrapeFacts& of, Encoder& to) { add_if(of.process.start_time_seconds, to); }},
    {{"process_open_fds", "Number of open file descriptors.", gauge},
     [](const ScrapeFacts& of, Encoder& to) { add_if(of.process.open_fds, to); }},
    {{"process_max_fds", "Maximum number of open file descriptors.", gauge},
     [](const ScrapeFacts& of, Encoder& to) { add_if(of.process.max_fds, to); }},
    // The last family: it counts all series, itself included.
    {{"reinfer_exporter_series", "Series in this exposition.", gauge},
     [](const ScrapeFacts&, Encoder& to) { to.add(static_cast<double>(to.series() + 1)); }},
};

}  // namespace

FamilyTable exporter_families() {
  return kExporter;
}

FamilyTable process_families() {
  return kProcess;
}

}  // namespace reinfer::metrics
