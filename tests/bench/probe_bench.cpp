// The exporter as `reinfer_exporter serve` puts it together, with a record of every single probe,
// which the product itself does not keep: the same plan, engine, transport, ledger and server. For
// the error of its figures, probe by probe.
//
//   probe_bench CONFIG_FILE SAMPLES_FILE PORT_FILE
//
// PORT_FILE gets the port of /metrics. It runs until SIGTERM, then writes a line for each probe.
#include <atomic>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <thread>

#include "app/load.h"
#include "base/check.h"
#include "base/random.h"
#include "credentials/credentials.h"
#include "probe/engine.h"
#include "probe/mailbox.h"
#include "record/ledger.h"
#include "recording_transport.h"
#include "serve/routes.h"
#include "serve/server.h"
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

int run(const std::string& config_file, const std::string& samples_file,
        const std::string& port_file) {
  const auto plan = load_or_explain(config_file);
  if (!plan) return kExitBadConfig;
  const sigset_t signals = stop_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  const Log log(LogLevel::warn, LogFormat::logfmt);
  const SystemClock clock;
  Ledger ledger(plan, clock.now());
  Credentials credentials(*plan, log);
  PaidBudget paid(*plan, "", log);
  CurlTransport curl;
  RecordingTransport transport(curl);
  Mailbox mailbox(transport);
  Engine engine(plan, clock, transport, credentials, paid, ledger, mailbox, log,
                Random::seed_from_kernel());
  HttpStatistics statistics("/metrics");
  const std::atomic<bool> ready{true};
  ServerOptions options;
  options.addresses = {{"127.0.0.1", 0}};
  Server server(options, exporter_routes("/metrics", ledger, clock, statistics, ready), statistics,
                log);
  const auto port = server.bind();
  check(port.has_value(), "a port of loopback is free");
  server.start();
  std::atomic<bool> stopped{false};
  std::thread probing([&]() noexcept { engine.run([&] { return stopped.load(); }); });
  std::ofstream(port_file + ".new") << *port << '\n';
  check(std::rename((port_file + ".new").c_str(), port_file.c_str()) == 0, "the port can be told");

  int signal = 0;
  sigwait(&signals, &signal);
  stopped = true;
  transport.wake();
  server.stop();
  probing.join();
  return write_samples(samples_file, transport.samples(), transport.failures()) ? 0 : 1;
}

}  // namespace
}  // namespace reinfer::bench

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("probe_bench CONFIG_FILE SAMPLES_FILE PORT_FILE\n", stderr);
    return 2;
  }
  std::signal(SIGPIPE, SIG_IGN);
  return reinfer::bench::run(argv[1], argv[2], argv[3]);
}
