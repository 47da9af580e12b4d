// The command line as a plain value, read by CLI11 in options.cpp alone. Used by main. It reads no
// file, but looks whether a configuration is there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "app/discover_options.h"
#include "app/healthcheck_options.h"
#include "app/import_options.h"
#include "app/past_options.h"
#include "app/probe_options.h"
#include "app/sla_options.h"
#include "app/terminal.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/thread_scheduling.h"
#include "http/server.h"
#include "model/partition.h"
#include "routes/metrics_routes.h"

namespace reinfer::app {

// A larger number is an error.
inline constexpr std::size_t kProbeThreadsMax = 64;

enum class Command {
  serve,
  check,
  probe,
  incidents,
  evidence,
  sla,
  discover,
  import_blackbox,
  healthcheck
};

struct Options {
  Command command = Command::serve;
  base::LogLevel log_level = base::LogLevel::info;
  base::LogFormat log_format = base::LogFormat::logfmt;
  ColourMode colour = ColourMode::automatic;  // of those with a --color
  bool allow_core_dump = false;               // a core would hold the tokens
  bool sandbox = true;                        // serve: where no token_command hinders
  bool enable_lifecycle = false;              // serve: reload over HTTP
  std::string config_file;
  http::ServerOptions server;                             // serve
  routes::Telemetry telemetry;                            // serve
  double probe_rate = 60;                                 // serve: probes on demand a minute
  std::optional<base::Nanoseconds> auto_reload_interval;  // serve: absent: files are not watched
  std::optional<std::size_t> probe_threads;               // serve: absent: by the plan
  base::Scheduling scheduling = base::Scheduling::fair;   // serve: of the probe threads
  model::Shard shard;                                     // serve, check, probe
  bool sharded = false;                                   // a shard was asked for, even one of one
  std::string storage_path;  // serve: folder of the state file, "" for none
  std::string port_file;     // serve: file for the bound port, "" for none
  ProbeOptions probe;
  PastOptions past;  // incidents, evidence
  SlaOptions sla;
  DiscoverOptions discover;
  ImportOptions import_blackbox;
  HealthcheckOptions healthcheck;

  // "" if there is no storage path.
  std::string state_file() const {
    return storage_path.empty() ? "" : storage_path + "/paid_probes.json";
  }
  // Of the history; "" if there is no storage path.
  std::string history_file() const {
    return storage_path.empty() ? "" : storage_path + "/history.db";
  }
};

// Nothing is to be run: print `text` and exit with `code` (0 for --help and --version, 2 for a
// wrong command line).
struct EarlyExit {
  int code = 0;
  std::string text;
};

std::variant<Options, EarlyExit> parse_options(int argc, const char* const* argv);

}  // namespace reinfer::app
