#include "app/options.h"

#include <fmt/format.h>
#include <limits.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <charconv>
#include <cstdlib>
#include <sstream>

#include "app/config_file.h"
#include "app/shard_text.h"
#include "app/web_options.h"
#include "app/wrong_options.h"
#include "base/duration.h"
#include "base/version.h"

namespace reinfer::app {
namespace {

constexpr const char* kDefaultListenAddress = ":9877";
constexpr base::Nanoseconds kAutoReloadMin = std::chrono::seconds(1);
constexpr std::size_t kListenAddressesMax = 64;

std::string version_text() {
  return fmt::format("reinfer_exporter, version {} (revision {}, {})", base::build_info().version,
                     base::build_info().revision, base::build_info().compiler);
}

// Option texts before they are parsed.
struct Given {
  ConfigFileGiven config_file;
  std::vector<std::string> listen_addresses = {kDefaultListenAddress};
  std::string log_level = "info";
  std::string log_format = "logfmt";
  std::string auto_reload_interval = "0s";
  std::string probe_threads = "auto";
  bool realtime = false;
  std::string shard;  // empty: not given
  WebPlaceGiven web_place;
  ProbeGiven probe;
  SlaGiven sla;
  std::string healthcheck_url;  // empty: not given
  PastGiven past;
};

void add_config_file(CLI::App& cli, std::string& path) {
  cli.add_option("-c,--config.file", path,
                 fmt::format("Configuration (TOML); if none is named {}",
                             fmt::join(usual_config_files(), ", else ")))
      ->type_name("PATH");
}

void add_check(CLI::App& check, Given& given) {
  add_config_file(check, given.config_file.command_option);
  check.add_option("config", given.config_file.argument, "The same without its flag")
      ->type_name("PATH")
      ->expected(0, 1);
}

// Those defined from now on stand under this heading of --help.
void begin_group(CLI::App& cli, const char* heading) {
  cli.option_defaults()->group(heading);
}

void add_logging(CLI::App& cli, Options& options, Given& given) {
  begin_group(cli, "Logging");
  cli.add_option("--log.level", given.log_level, "debug, info, warn or error")
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}))
      ->capture_default_str();
  cli.add_option("--log.format", given.log_format, "logfmt or json")
      ->check(CLI::IsMember({"logfmt", "json"}))
      ->capture_default_str();
  cli.add_flag("--debug.allow-core-dump", options.allow_core_dump,
               "Let a crash leave a core, which would hold the tokens");
  cli.add_flag("--debug.no-sandbox{false}", options.sandbox,
               "Keep the right to start programs and to write any file, which serving needs only "
               "for a token_command and then keeps anyway");
}

void add_configuration(CLI::App& cli, Given& given) {
  begin_group(cli, "Configuration");
  add_config_file(cli, given.config_file.option);
  cli.add_option("--config.auto-reload-interval", given.auto_reload_interval,
                 "Look this often whether a configuration file changed, and reload (0s: never)")
      ->type_name("DURATION")
      ->capture_default_str();
}

void add_serve(CLI::App& cli, Options& options, Given& given) {
  begin_group(cli, "Web");
  // One value for each option, or it would take the command after it for another address.
  CLI::Option* addresses =
      cli.add_option("--web.listen-address", given.listen_addresses,
                     "Address to serve on, may be given several times; [::] takes "
                     "IPv4 too unless an IPv4 address of its port is given")
          ->type_name("HOST:PORT")
          ->allow_extra_args(false)
          ->default_str(kDefaultListenAddress);
  cli.add_flag("--web.systemd-socket", options.server.socket_activation,
               "Serve on the sockets that systemd hands over")
      ->excludes(addresses);
  cli.add_option("--web.config.file", options.server.files.config,
                 "TLS and users, in the format of Prometheus' exporter-toolkit (YAML)")
      ->type_name("PATH");
  cli.add_option("--web.bearer-token-file", options.server.files.tokens,
                 "Bearer tokens that may ask, one a line")
      ->type_name("PATH");
  cli.add_option("--web.max-requests", options.server.limits.requests_max,
                 "Requests answered at once; more get a 503")
      ->type_name("N")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  cli.add_option("--web.max-connections", options.server.limits.connections_max,
                 "Clients connected at once; beyond it an idle or slow one goes")
      ->type_name("N")
      ->check(CLI::Range(16, 100000))
      ->capture_default_str();
  add_web_place(cli, given.web_place);
  cli.add_option("--web.telemetry-path", options.telemetry.path, "Path of the metrics")
      ->type_name("PATH")
      ->capture_default_str();
  cli.add_flag("--web.created-series", options.telemetry.created_series,
               "Add _created series to OpenMetrics: one more for each counter and histogram");
  cli.add_flag("--web.enable-lifecycle", options.enable_lifecycle,
               "Let POST /-/reload reload the configuration");
  cli.add_option("--web.probe-rate", options.probe_rate, "Probes a minute that /probe may run")
      ->type_name("NUMBER")
      ->check(CLI::Range(1.0, 6000.0))
      ->capture_default_str();
  cli.add_option("--web.port-file", options.port_file,
                 "Write the first port to this file once it is open (for port 0)")
      ->type_name("PATH");
  begin_group(cli, "Probing");
  cli.add_option("--probe.threads", given.probe_threads,
                 "Threads that probe, or auto: by processors and probes a second")
      ->type_name("N")
      ->capture_default_str();
  cli.add_flag("--probe.realtime", given.realtime,
               "Let the probe threads run before all ordinary ones (needs CAP_SYS_NICE or "
               "LimitRTPRIO=1)");
  cli.add_option("--shard", given.shard,
                 "Probe a share of the targets: INDEX/COUNT, or auto/COUNT by the number at the "
                 "end of the host's name")
      ->type_name("SHARD");
  begin_group(cli, "History");
  cli.add_option(
         "--storage.path", options.storage_path,
         "Folder of the history and of the count of paid probes, which survive a restart in it; "
         "made if only its last part is missing, and used by one exporter at a time")
      ->type_name("DIR");
}

ColourMode colour_mode(const std::string& word) {
  if (word == "always") return ColourMode::always;
  return word == "never" ? ColourMode::never : ColourMode::automatic;
}

std::optional<std::string> understand_sla(const Given& given, Options& options) {
  if (options.command != Command::sla) return std::nullopt;
  options.colour = colour_mode(given.sla.colour);
  auto understood = understand(given.sla);
  if (!understood) return understood.error();
  options.sla = std::move(*understood);
  return std::nullopt;
}

std::optional<std::string> understand_past(const Given& given, Options& options) {
  const bool evidence = options.command == Command::evidence;
  if (!evidence && options.command != Command::incidents) return std::nullopt;
  options.colour = colour_mode(given.past.colour);
  PastGiven whole = given.past;
  if (whole.storage_path.empty()) whole.storage_path = options.storage_path;
  auto understood = understand(whole, evidence);
  if (!understood) return understood.error();
  options.past = std::move(*understood);
  return std::nullopt;
}

std::optional<std::string> understand_probe(const Given& given, Options& options) {
  if (options.command != Command::probe) return std::nullopt;
  options.colour = colour_mode(given.probe.colour);
  auto understood = understand(given.probe);
  if (!understood) return understood.error();
  options.probe = std::move(*understood);
  return std::nullopt;
}

std::string host_name() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

std::optional<std::string> understand_shares(const Given& given, Options& options) {
  if (given.probe_threads != "auto") {
    std::size_t threads = 0;
    const char* end = given.probe_threads.data() + given.probe_threads.size();
    const auto read = std::from_chars(given.probe_threads.data(), end, threads);
    if (read.ec != std::errc{} || read.ptr != end || threads < 1 || threads > kProbeThreadsMax)
      return fmt::format("--probe.threads: is {}, allowed: auto, or 1 to {}", given.probe_threads,
                         kProbeThreadsMax);
    options.probe_threads = threads;
  }
  if (given.realtime) options.scheduling = base::Scheduling::realtime;
  if (given.shard.empty()) return std::nullopt;
  const char* shards = std::getenv(kShardsVariable);  // NOLINT(concurrency-mt-unsafe)
  const auto shard = parse_shard(given.shard, host_name(), shards == nullptr ? "" : shards);
  if (!shard) return "--shard: " + shard.error();
  options.shard = *shard;
  options.sharded = true;
  return std::nullopt;
}

std::optional<std::string> understand_web(const Given& given, Options& options) {
  auto place = understand_web_place(given.web_place);
  if (!place) return place.error();
  options.server.route_prefix = place->route_prefix;
  options.telemetry.place = std::move(*place);
  return std::nullopt;
}

bool reads_configuration(Command command) {
  return command == Command::serve || command == Command::check || command == Command::probe;
}

std::optional<std::string> understand_first_steps(const Given&, Options& options) {
  if (options.command == Command::discover) return find_missing(options.discover);
  if (options.command == Command::import_blackbox) return find_missing(options.import_blackbox);
  return std::nullopt;
}

std::optional<std::string> understand_addresses(const Given& given, Options& options) {
  if (given.listen_addresses.size() > kListenAddressesMax)
    return fmt::format("--web.listen-address: is given {} times (allowed: {})",
                       given.listen_addresses.size(), kListenAddressesMax);
  for (const std::string& text : given.listen_addresses) {
    const auto address = http::parse_listen_address(text);
    if (!address) return "--web.listen-address: " + address.error();
    options.server.addresses.push_back(*address);
  }
  return std::nullopt;
}

std::optional<std::string> understand_health(const Given& given, Options& options) {
  if (options.command != Command::healthcheck) return std::nullopt;
  if (auto wrong = understand_addresses(given, options)) return wrong;
  if (auto wrong = understand_web(given, options)) return wrong;
  auto understood = understand_healthcheck(given.healthcheck_url, options.server.addresses,
                                           options.server.route_prefix);
  if (!understood) return understood.error();
  options.healthcheck = std::move(*understood);
  return std::nullopt;
}

std::optional<std::string> understand_config_file(const Given& given, Options& options) {
  ConfigFileGiven named = given.config_file;
  if (options.command == Command::probe)
    named.argument = take_config_files(options.probe.selection);
  auto chosen = choose_config_file(named, usual_config_files());
  if (!chosen) return chosen.error();
  options.config_file = std::move(*chosen);
  return std::nullopt;
}

std::optional<std::string> understand_common(const Given& given, Options& options) {
  options.log_level = base::parse_log_level(given.log_level).value_or(base::LogLevel::info);
  options.log_format = base::parse_log_format(given.log_format).value_or(base::LogFormat::logfmt);
  if (!reads_configuration(options.command)) return std::nullopt;
  if (auto wrong = understand_config_file(given, options)) return wrong;
  if (auto wrong = understand_shares(given, options)) return wrong;
  if (auto wrong = understand_web(given, options)) return wrong;
  const std::string& path = options.telemetry.path;
  if (path.size() < 2 || path[0] != '/' || path.find_first_of(" ?#") != std::string::npos)
    return fmt::format("--web.telemetry-path: {} is not a path such as /metrics", path);
  if (path.rfind("/-/", 0) == 0)
    return fmt::format("--web.telemetry-path: {} is taken (allowed: anything outside /-/)", path);
  const auto interval = base::parse_duration(given.auto_reload_interval);
  if (!interval || (*interval > base::Nanoseconds{0} && *interval < kAutoReloadMin))
    return fmt::format("--config.auto-reload-interval: {} is not {}, 1s or longer, or 0s for never",
                       given.auto_reload_interval, base::kDurationForm);
  if (*interval > base::Nanoseconds{0}) options.auto_reload_interval = *interval;
  return understand_addresses(given, options);
}

}  // namespace

std::variant<Options, EarlyExit> parse_options(int argc, const char* const* argv) {
  Options options;
  Given given;
  CLI::App cli{"Probes Re:infer API tenants and serves the results as Prometheus metrics.",
               "reinfer_exporter"};
  cli.set_version_flag("--version", version_text());
  cli.footer("Without a command it serves until SIGTERM or SIGINT.");
  add_configuration(cli, given);
  add_serve(cli, options, given);
  add_logging(cli, options, given);
  begin_group(cli, "Options");
  cli.require_subcommand(0, 1);
  cli.fallthrough();
  CLI::App* check =
      cli.add_subcommand("check", "Print the targets of a configuration, or its problems");
  add_check(*check, given);
  CLI::App* probe = cli.add_subcommand("probe", "Probe targets now and print the results");
  add_config_file(*probe, given.config_file.command_option);
  add_probe(*probe, given.probe);
  CLI::App* incidents = cli.add_subcommand("incidents", "List the incidents of the history");
  add_incidents(*incidents, given.past);
  CLI::App* evidence =
      cli.add_subcommand("evidence", "List a target's failures and slowest probes in the history");
  add_evidence(*evidence, given.past);
  CLI::App* sla = cli.add_subcommand(
      "sla", "Print how a month's objectives were met, from the samples in Prometheus");
  add_sla(*sla, given.sla);
  CLI::App* discover = cli.add_subcommand(
      "discover", "Ask a tenant what a token may see, and print a first configuration");
  add_discover(*discover, options.discover);
  CLI::App* import_blackbox = cli.add_subcommand(
      "import-blackbox", "Make a configuration from those of blackbox_exporter and Prometheus");
  add_import(*import_blackbox, options.import_blackbox);
  CLI::App* healthcheck = cli.add_subcommand(
      "healthcheck", "Ask a running exporter whether it is healthy, as containers do");
  add_healthcheck(*healthcheck, given.healthcheck_url);
  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) return EarlyExit{2, usage_error(cli, error)};
    std::ostringstream out;
    cli.exit(error, out);
    return EarlyExit{0, out.str()};
  }
  if (check->parsed()) options.command = Command::check;
  if (probe->parsed()) options.command = Command::probe;
  if (incidents->parsed()) options.command = Command::incidents;
  if (evidence->parsed()) options.command = Command::evidence;
  if (sla->parsed()) options.command = Command::sla;
  if (discover->parsed()) options.command = Command::discover;
  if (import_blackbox->parsed()) options.command = Command::import_blackbox;
  if (healthcheck->parsed()) options.command = Command::healthcheck;
  for (const auto step : {understand_probe, understand_common, understand_past, understand_sla,
                          understand_first_steps, understand_health})
    if (const auto wrong = step(given, options)) return EarlyExit{2, *wrong + "\n"};
  return options;
}

}  // namespace reinfer::app
