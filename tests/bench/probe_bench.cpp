// The exporter as `reinfer_exporter serve` puts it together, with a record of every single probe,
// which the product itself does not keep: the same plan, engine, transport, ledger and server. For
// the error of its figures, probe by probe.
//
//   probe_bench CONFIG_FILE SAMPLES_FILE PORT_FILE [HISTORY_FILE]
//
// PORT_FILE gets the port of /metrics. It runs until SIGTERM, then writes a line for each probe.
// There is no history without its file.
#include <atomic>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "app/load_command_config.h"
#include "app/probe_threads.h"
#include "base/check.h"
#include "base/random.h"
#include "history/history.h"
#include "http/server.h"
#include "record/ledgers.h"
#include "recording_transport.h"
#include "routes/metrics_routes.h"
#include "transport/curl_transport.h"

namespace reinfer::bench {
namespace {

sigset_t stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

using Records = std::vector<const RecordingTransport*>;

bool write_record(const std::string& samples_file, const Records& records) {
  std::vector<Sample> samples;
  std::uint64_t failures = 0;
  for (const RecordingTransport* record : records) {
    const auto& part = record->samples();
    samples.insert(samples.end(), part.begin(), part.end());
    failures += record->failures();
  }
  return write_samples(samples_file, samples, failures);
}

int run(const std::string& config_file, const std::string& samples_file,
        const std::string& port_file, const std::string& history_file) {
  const auto plan = app::load_or_explain(config_file);
  if (!plan) return app::kExitBadConfig;
  const sigset_t signals = stop_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  const base::Log log(base::LogLevel::warn, base::LogFormat::logfmt);
  const base::SystemClock clock;
  const model::Partition partition = model::partition_plan(
      plan, app::probe_threads_for(*plan, std::thread::hardware_concurrency()));
  record::Ledgers ledgers(partition, clock.now());
  probe::PaidBudget paid("", log);
  Records records;
  const auto recorded = [&records] {
    auto transport =
        std::make_unique<RecordingTransport>(std::make_unique<transport::CurlTransport>());
    records.push_back(transport.get());
    return transport;
  };
  app::ProbeThreads threads(partition, clock, recorded, credentials::read_directly, paid, ledgers,
                            log, base::Random::seed_from_kernel());
  base::Instruments instruments;
  http::ServerInstruments server_instruments(instruments, "/metrics");
  const std::atomic<bool> ready{true};
  http::ServerOptions options;
  options.addresses = {{"127.0.0.1", 0}};
  http::Server server(options,
                      routes::exporter_routes({"/metrics"}, ledgers, clock, instruments, ready),
                      server_instruments, log);
  const auto port = server.bind();
  base::check(port.has_value(), "a port of loopback is free");
  history::HistoryInstruments history_instruments(instruments);
  std::optional<history::History> history;
  if (!history_file.empty()) {
    history.emplace(history_file, ledgers, clock, history_instruments, log);
    history->start();
  }
  server.start();
  threads.start();
  std::ofstream(port_file + ".new") << *port << '\n';
  base::check(std::rename((port_file + ".new").c_str(), port_file.c_str()) == 0,
              "the port can be told");

  int signal = 0;
  sigwait(&signals, &signal);
  threads.request_stop();
  server.stop();
  threads.join();
  if (history) {
    history->request_stop();
    history->join();
  }
  return write_record(samples_file, records) ? 0 : 1;
}

}  // namespace
}  // namespace reinfer::bench

int main(int argc, char** argv) {
  if (argc != 4 && argc != 5) {
    std::fputs("probe_bench CONFIG_FILE SAMPLES_FILE PORT_FILE [HISTORY_FILE]\n", stderr);
    return 2;
  }
  std::signal(SIGPIPE, SIG_IGN);
  return reinfer::bench::run(argv[1], argv[2], argv[3], argc == 5 ? argv[4] : "");
}
