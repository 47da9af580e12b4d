#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>
#include <thread>

#include "app/commands.h"
#include "app/last_resort.h"
#include "app/load_command_config.h"
#include "app/main_loop.h"
#include "app/probe_threads.h"
#include "app/proxy_environment.h"
#include "app/reloader.h"
#include "app/sandbox.h"
#include "app/service_notices.h"
#include "app/shown_options.h"
#include "app/storage_folder.h"
#include "base/random.h"
#include "base/text.h"
#include "base/version.h"
#include "history/history.h"
#include "metrics/metrics.h"
#include "record/ledgers.h"
#include "routes/api_routes.h"
#include "routes/history_routes.h"
#include "routes/metrics_routes.h"
#include "routes/probe_route.h"
#include "routes/reload_route.h"
#include "transport/curl_transport.h"

namespace reinfer::app {
namespace {

// Written to a second file and renamed, so that nobody reads half a number.
bool write_port(const std::string& path, int port) {
  const std::string draft = path + ".new";
  std::ofstream(draft) << port << '\n';
  return std::rename(draft.c_str(), path.c_str()) == 0;
}

// Everything that answers HTTP.
http::Routes all_routes(const Options& options, const record::Ledgers& ledgers,
                        const base::Clock& clock, base::Instruments& instruments,
                        const std::atomic<bool>& ready, http::RateLimit& probe_rate,
                        ProbeThreads& threads, Reloader& reloader, history::History* history) {
  http::Routes routes =
      routes::exporter_routes(options.telemetry, ledgers, clock, instruments, ready, history);
  if (history != nullptr)
    for (http::Route& route : routes::history_routes(
             ledgers, clock, *history, {options.telemetry.path, true, options.telemetry.place}))
      routes.push_back(std::move(route));
  routes.push_back(routes::probe_route(
      [&ledgers](const std::string& tenant, const std::string& probe) {
        return ledgers.has_target(tenant, probe);
      },
      [&threads](const std::string& tenant, const std::string& probe, base::Nanoseconds time_max,
                 std::stop_token given_up) {
        return threads.probe_now(tenant, probe, time_max, std::move(given_up));
      },
      probe_rate));
  if (options.enable_lifecycle)
    routes.push_back(routes::reload_route([&reloader] { return reloader.reload("HTTP"); }));
  else
    routes.push_back(routes::reload_route(nullptr));
  return routes;
}

// The plan, null after an error, and the fingerprint of its files.
std::pair<std::shared_ptr<const model::Plan>, std::uint64_t> first_load(
    const std::string& config_file) {
  const std::vector<config::ConfigFile> files = config::read_config_files(config_file);
  return {load_or_explain(files, config_file), config::fingerprint(files)};
}

// The locked folder, none without a path; an error has been printed.
tl::expected<std::optional<StorageFolder>, std::string> take_storage(const std::string& path) {
  if (path.empty()) return std::nullopt;
  auto taken = StorageFolder::take(path);
  if (taken) return std::move(*taken);
  fmt::print(stderr, "{}\n", taken.error());
  return tl::unexpected(taken.error());
}

bool runs_programs(const model::Plan& plan) {
  const auto& tenants = plan.tenants();
  return std::any_of(tenants.begin(), tenants.end(), [](const model::Tenant& tenant) {
    return tenant.token.kind == model::TokenSource::Kind::command;
  });
}

// False: programs may be started from here on, and any file be written. A token_command inherits
// the sandbox, and people have it run sudo or keep files of its own.
bool confine(const Options& options, const model::Plan& plan, const base::Log& log) {
  if (!options.sandbox) return false;
  if (runs_programs(plan)) {
    log.info("not in a sandbox, for a token_command would be in it");
    return false;
  }
  std::vector<std::string> writable;
  if (!options.storage_path.empty()) {
    writable.push_back(options.storage_path);
    // SQLite sorts in a file there when memory is too small.
    setenv("SQLITE_TMPDIR", options.storage_path.c_str(), 1);
  }
  const auto port_folder = std::filesystem::path(options.port_file).parent_path();
  if (!options.port_file.empty())
    writable.push_back(port_folder.empty() ? "." : port_folder.string());
  const Sandbox sandbox = enter_sandbox(writable);
  if (!sandbox.system_calls.empty())
    log.debug("system calls are not filtered", {{"reason", sandbox.system_calls}});
  if (!sandbox.files.empty())
    log.debug("files are not protected from this process", {{"reason", sandbox.files}});
  if (!sandbox.system_calls.empty() && !sandbox.files.empty()) {
    log.info("not in a sandbox, for this kernel has none");
    return false;
  }
  const std::string below = writable.empty() ? "nowhere" : base::join(writable, ", ");
  log.info("in a sandbox", {{"starts_programs", sandbox.system_calls.empty() ? "no" : "yes"},
                            {"writes_below", sandbox.files.empty() ? below : "/"}});
  return true;
}

// The parts that exist with a storage path only.
struct Kept {
  Kept(std::string file, record::Ledgers& ledgers, const base::Clock& clock,
       base::Instruments& instruments, const base::Log& log)
      : figures(instruments), history(std::move(file), ledgers, clock, figures, log) {}

  history::HistoryInstruments figures;
  history::History history;
};

void log_serving(const base::Log& log, const Options& options, const http::Server& server, int port,
                 const model::Partition& partition) {
  log.info("serving", {{"version", base::build_info().version},
                       {"address", base::join(server.addresses(), ", ")},
                       {"port", port},
                       {"tenants", partition.whole->tenants().size()},
                       {"targets", partition.whole->targets().size()},
                       {"probe_threads", partition.parts.size()},
                       {"config", options.config_file}});
  for (const std::string& fault : no_proxy_faults(*partition.whole))
    log.warn("no_proxy of the environment is not understood", {{"contains", fault}});
  if (!options.port_file.empty() && !write_port(options.port_file, port))
    log.error("the port file cannot be written", {{"path", options.port_file}});
}

// Tells every part to stop, before any of them is waited for.
void stop(Reloader& reloader, ProbeThreads& threads, http::Server& server,
          history::History* history) {
  begin_last_resort();
  tell_stopping();
  reloader.request_stop();
  threads.request_stop();
  server.stop();
  threads.join();
  reloader.join();
  // After the last result.
  if (history == nullptr) return;
  history->request_stop();
  history->join();
}

int serve(const Options& options) {
  const auto [whole, fingerprint] = first_load(options.config_file);
  if (!whole || !web_files_are_good(options.server.files)) return kExitBadConfig;
  const auto storage = take_storage(options.storage_path);
  if (!storage) return 1;
  block_awaited_signals();

  // Destroyed in reverse order: each object after those that refer to it.
  base::Instruments instruments;
  base::Log log(options.log_level, options.log_format);
  // Before there is any other thread.
  const bool confined = confine(options, *whole, log);
  log.write_on_own_thread(metrics::dropped_log_lines(instruments));
  const base::SystemClock clock;
  const auto plan = model::shard_of(whole, options.shard);
  const model::Partition partition =
      model::partition_plan(plan, options.probe_threads.value_or(probe_threads_for(
                                      *plan, std::thread::hardware_concurrency())));
  record::Ledgers ledgers(partition, clock.now());
  probe::PaidBudget paid(options.state_file(), log);
  credentials::StoredReads stored_reads;
  std::optional<Kept> kept;
  if (*storage) kept.emplace(options.history_file(), ledgers, clock, instruments, log);
  history::History* history = kept ? &kept->history : nullptr;
  ProbeThreads threads(
      partition, clock, [] { return std::make_unique<transport::CurlTransport>(); },
      [&stored_reads](const auto& source, base::MonoTime since) {
        return stored_reads.read(source, since);
      },
      paid, ledgers, log, base::Random::seed_from_kernel());
  Reloader reloader(options.config_file, fingerprint, whole, options.shard, ledgers, threads,
                    stored_reads, log, confined);
  std::atomic<bool> ready{false};
  http::RateLimit probe_rate(options.probe_rate);
  show_options(options, instruments);
  http::Routes routes = all_routes(options, ledgers, clock, instruments, ready, probe_rate, threads,
                                   reloader, history);
  http::ServerInstruments server_instruments(instruments, options.telemetry.path);
  const auto exporter_now = [&options, started = clock.now().wall] {
    return api::ApiExporter{started, options.config_file};
  };
  for (http::Route& route :
       routes::api_routes(ledgers, clock, exporter_now, options.telemetry.place))
    routes.push_back(std::move(route));
  http::Server server(options.server, std::move(routes), server_instruments, log);

  const auto port = server.bind();
  if (!port) {
    log.error(port.error());
    return 1;
  }
  if (history != nullptr) history->start();
  stored_reads.start();
  stored_reads.prefetch(*plan);
  threads.start(options.scheduling);
  reloader.start(options.auto_reload_interval);
  server.start();
  ready = true;
  log_serving(log, options, server, *port, partition);
  tell_ready(serving_status(*plan));
  const int signal = serve_until_stopped(reloader, threads, log);
  log.info("stopping", {{"signal", signal == SIGTERM ? "SIGTERM" : "SIGINT"}});
  stop(reloader, threads, server, history);
  log.info("stopped");
  return 0;
}

}  // namespace

int serve_command(const Options& options) {
  try {
    return serve(options);
  } catch (const std::system_error& error) {
    // A thread: everything else that the system refuses is not thrown.
    fmt::print(stderr,
               "no thread can be started: {}\nLimits: ulimit -u, TasksMax= of systemd, pids.max of "
               "the container.\n",
               error.code().message());
    return 1;
  }
}

}  // namespace reinfer::app
