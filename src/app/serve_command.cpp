#include <fmt/format.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <thread>

#include "app/commands.h"
#include "app/load.h"
#include "base/random.h"
#include "base/version.h"
#include "credentials/credentials.h"
#include "probe/engine.h"
#include "record/ledger.h"
#include "serve/routes.h"
#include "transport/curl_transport.h"

namespace reinfer {
namespace {

sigset_t awaited_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  return signals;
}

// Before any thread exists, so that all inherit it and only sigwait sees these signals.
void block_awaited_signals() {
  const sigset_t signals = awaited_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

int wait_for_stop(const Log& log) {
  const sigset_t signals = awaited_signals();
  for (;;) {
    int signal = 0;
    sigwait(&signals, &signal);
    if (signal != SIGHUP) return signal;
    // By convention a request to reload; the default action would end the monitor instead.
    log.warn("SIGHUP is ignored: restart to apply a changed configuration");
  }
}

// Through a second file, so that nobody reads half a number.
bool write_port(const std::string& path, int port) {
  const std::string draft = path + ".new";
  std::ofstream(draft) << port << '\n';
  return std::rename(draft.c_str(), path.c_str()) == 0;
}

}  // namespace

int serve_command(const Options& options) {
  const auto plan = load_or_explain(options.config_file);
  if (!plan) return kExitBadConfig;
  block_awaited_signals();

  // Destroyed in reverse: whoever refers to something goes before it.
  const Log log(options.log_level, options.log_format);
  const SystemClock clock;
  Ledger ledger(plan, clock.now());
  Credentials credentials(*plan, log);
  PaidBudget paid(*plan, options.state_file(), log);
  CurlTransport transport;
  Engine engine(*plan, clock, transport, credentials, paid, ledger, log,
                Random::seed_from_kernel());
  std::atomic<bool> ready{false};
  HttpStatistics statistics(options.telemetry_path);
  Server server(options.server,
                exporter_routes(options.telemetry_path, ledger, clock, statistics, ready),
                statistics, log);

  const auto port = server.bind();
  if (!port) {
    log.error(port.error());
    return 1;
  }
  server.start();
  std::atomic<bool> stopped{false};
  std::thread probing([&]() noexcept { engine.run([&] { return stopped.load(); }); });
  ready = true;
  log.info("serving", {{"version", build_info().version},
                       {"port", *port},
                       {"tenants", plan->tenants().size()},
                       {"targets", plan->targets().size()},
                       {"config", options.config_file}});
  if (!options.port_file.empty() && !write_port(options.port_file, *port))
    log.error("the port file cannot be written", {{"path", options.port_file}});

  const int signal = wait_for_stop(log);
  log.info("stopping", {{"signal", signal == SIGTERM ? "SIGTERM" : "SIGINT"}});
  // Both are told before either is waited for.
  stopped = true;
  transport.wake();
  server.stop();
  probing.join();
  log.info("stopped");
  return 0;
}

}  // namespace reinfer
