#include "metrics/metrics.h"

#include "metrics/exposition.h"

namespace reinfer::metrics {

std::string render_metrics(const record::Snapshot& snapshot, const InstrumentSamples& instruments,
                           const ProcessStats& process, Format format) {
  Exposition exposition(snapshot, instruments, process, format);
  std::string all;
  for (std::string_view piece = exposition.next(); !piece.empty(); piece = exposition.next())
    all += piece;
  return all;
}

std::string render_target_metrics(const model::Plan& plan, model::TargetIndex target,
                                  const record::TargetRecord& record, Format format) {
  return render_target({plan, plan.target(target), record}, format);
}

base::Counter dropped_log_lines(base::Instruments& instruments) {
  return instruments.counter("reinfer_exporter_log_lines_dropped_total",
                             "Log lines that were not written, because nobody read the log or not "
                             "fast enough.");
}

base::Histogram scrape_duration(base::Instruments& instruments) {
  return instruments.histogram("reinfer_exporter_scrape_duration_seconds",
                               "Time taken to render the metrics, in seconds.",
                               {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1});
}

}  // namespace reinfer::metrics
