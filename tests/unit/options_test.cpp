#include <doctest/doctest.h>

#include <variant>
#include <vector>

#include "app/config_file.h"
#include "app/options.h"
#include "tests/unit/source_path.h"

namespace reinfer::tests::options_test {
namespace {

std::variant<app::Options, app::EarlyExit> parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "reinfer_exporter");
  return app::parse_options(static_cast<int>(arguments.size()), arguments.data());
}

app::Options options(std::vector<const char*> arguments) {
  const auto parsed = parse(std::move(arguments));
  REQUIRE(std::holds_alternative<app::Options>(parsed));
  return std::get<app::Options>(parsed);
}

app::EarlyExit early(std::vector<const char*> arguments) {
  const auto parsed = parse(std::move(arguments));
  REQUIRE(std::holds_alternative<app::EarlyExit>(parsed));
  return std::get<app::EarlyExit>(parsed);
}

TEST_CASE("without a command it serves, on port 9877 of all addresses") {
  const app::Options serve = options({"--config.file=a.toml"});
  CHECK(serve.command == app::Command::serve);
  CHECK(serve.config_file == "a.toml");
  CHECK(serve.server.addresses == std::vector<http::ListenAddress>{{"", 9877}});
  CHECK(serve.telemetry.path == "/metrics");
  CHECK(serve.log_level == base::LogLevel::info);
}

TEST_CASE("threads and shards are as told, or found out") {
  CHECK_FALSE(options({"--config.file=a"}).probe_threads);
  CHECK_FALSE(options({"--config.file=a", "--probe.threads=auto"}).probe_threads);
  CHECK(options({"--config.file=a", "--probe.threads=4"}).probe_threads == 4);
  CHECK(options({"--config.file=a"}).scheduling == base::Scheduling::fair);
  CHECK(options({"--config.file=a", "--probe.realtime"}).scheduling == base::Scheduling::realtime);
  CHECK(options({"--config.file=a"}).shard == model::Shard{});
  CHECK(options({"--config.file=a", "--shard=1/3"}).shard == model::Shard{1, 3});
  CHECK(options({"--config.file=a", "--shard=0/1"}).sharded);
  CHECK_FALSE(options({"--config.file=a"}).sharded);
  for (const char* wrong : {"0", "65", "many", "2x", "-1"}) {
    const std::string flag = std::string("--probe.threads=") + wrong;
    CHECK(early({"--config.file=a", flag.c_str()}).text ==
          std::string("--probe.threads: is ") + wrong + ", allowed: auto, or 1 to 64\n");
  }
  CHECK(early({"--config.file=a", "--shard=3/3"}).text ==
        "--shard: the index is 3, allowed: 0 to 2, the first is 0\n");
}

TEST_CASE("a health check asks the first address of this machine, by HTTP and by TLS") {
  const auto servers = [](std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "healthcheck");
    return options(arguments).healthcheck.servers;
  };
  using Servers = std::vector<std::string>;
  CHECK(servers({}) == Servers{"http://127.0.0.1:9877", "https://127.0.0.1:9877"});
  CHECK(servers({"--web.listen-address=[::]:80", "--web.listen-address=:81"}) ==
        Servers{"http://[::1]:80", "https://[::1]:80"});
  CHECK(servers({"--web.listen-address=exporter:80"}).front() == "http://exporter:80");
  CHECK(servers({"--url=https://exporter:8443"}) == Servers{"https://exporter:8443"});
  CHECK(options({"healthcheck", "--url=http://a/b/"}).healthcheck.prefix == "/b");
  CHECK(early({"healthcheck", "--web.listen-address=:0"}).code == 2);
  CHECK(early({"healthcheck", "--url=a"}).code == 2);
}

TEST_CASE("an external URL is a whole one, without what a link to it would lose") {
  const auto url = [](const char* text) {
    return options({"--config.file=a", "--web.external-url", text}).telemetry.place.external_url;
  };
  CHECK(options({"--config.file=a"}).telemetry.place.external_url.empty());
  CHECK(url("https://exporter.example.com") == "https://exporter.example.com");
  CHECK(url("http://10.0.0.1:9877/") == "http://10.0.0.1:9877");
  CHECK(url("https://ops.example.com/reinfer/") == "https://ops.example.com/reinfer");
  const auto refused = [](const char* text) {
    return early({"--config.file=a", "--web.external-url", text}).text;
  };
  for (const char* wrong : {"exporter.example.com", "ftp://example.com", "https://u:p@example.com",
                            "https://example.com/a b", "https://example.com//x"}) {
    CAPTURE(wrong);
    CHECK(refused(wrong).rfind("--web.external-url: ", 0) == 0);
  }
  CHECK(refused("https://example.com/?a=b") ==
        "--web.external-url: \"https://example.com/?a=b\" has a query or a fragment, allowed: "
        "https://exporter.example.com/reinfer\n");
}

TEST_CASE("the prefix of all paths is that of the external URL unless it is given") {
  const auto prefix = [](std::initializer_list<const char*> given) {
    std::vector<const char*> all = {"--config.file=a"};
    all.insert(all.end(), given);
    const app::Options understood = options(all);
    CHECK(understood.server.route_prefix == understood.telemetry.place.route_prefix);
    return understood.server.route_prefix;
  };
  CHECK(prefix({}).empty());
  CHECK(prefix({"--web.external-url=https://a.example.com/"}).empty());
  CHECK(prefix({"--web.external-url=https://a.example.com/ops/reinfer/"}) == "/ops/reinfer");
  CHECK(prefix({"--web.external-url=https://a.example.com/ops", "--web.route-prefix=/"}).empty());
  CHECK(prefix({"--web.external-url=https://a.example.com/ops", "--web.route-prefix=/x/"}) == "/x");
  CHECK(prefix({"--web.route-prefix=x"}) == "/x");
  for (const char* wrong : {"/a b", "/a?b", "/{tenant}", "/a/../b"}) {
    CAPTURE(wrong);
    CHECK(early({"--config.file=a", "--web.route-prefix", wrong})
              .text.starts_with("--web.route-prefix: "));
  }
}

TEST_CASE("a Grafana is named by its URL, as the exporter is") {
  CHECK(options({"--config.file=a", "--web.grafana-url=https://g.example.com/sub/"})
            .telemetry.place.grafana_url == "https://g.example.com/sub");
  CHECK(early({"--config.file=a", "--web.grafana-url=g.example.com"})
            .text.starts_with("--web.grafana-url: "));
}

TEST_CASE("a check of health asks below the prefix, unless a URL says where") {
  CHECK(options({"healthcheck"}).healthcheck.prefix.empty());
  CHECK(options({"healthcheck", "--web.route-prefix=/x"}).healthcheck.prefix == "/x");
  CHECK(options({"healthcheck", "--web.external-url=https://a.example.com/y"}).healthcheck.prefix ==
        "/y");
  CHECK(options({"healthcheck", "--web.route-prefix=/x", "--url=http://localhost:1/z"})
            .healthcheck.prefix == "/z");
}

TEST_CASE("flags stand before or after the command") {
  CHECK(options({"check", "--config.file=a.toml"}).command == app::Command::check);
  CHECK(options({"--config.file=a.toml", "check"}).command == app::Command::check);
  const app::Options probe =
      options({"probe", "--json", "--config.file=a.toml", "acme", "acme/dataset"});
  CHECK(probe.command == app::Command::probe);
  CHECK(probe.probe.json);
  CHECK(probe.probe.selection == std::vector<std::string>{"acme", "acme/dataset"});
}

TEST_CASE("a probe is repeated with a distance that is polite, and coloured as it is told") {
  const app::Options once = options({"probe", "--config.file=a"});
  CHECK(once.probe.repeat == 1);
  CHECK(once.colour == app::ColourMode::automatic);
  const app::Options many =
      options({"probe", "--config.file=a", "--repeat=20", "--interval=1m30s", "--color=never"});
  CHECK(many.probe.repeat == 20);
  CHECK(many.probe.interval == std::chrono::seconds(90));
  CHECK(many.colour == app::ColourMode::never);
  CHECK(options({"probe", "--config.file=a", "--repeat", "2"}).probe.interval ==
        std::chrono::seconds(5));
}

TEST_CASE("what makes no sense of a repeated probe is said") {
  const auto complaint = [](std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), {"probe", "--config.file=a"});
    const app::EarlyExit exit = early(std::move(arguments));
    CHECK(exit.code == 2);
    return exit.text;
  };
  CHECK(complaint({"--repeat=0"}) == "--repeat: is 0, allowed: 1 to 86400\n");
  CHECK(complaint({"--repeat=86401"}) == "--repeat: is 86401, allowed: 1 to 86400\n");
  CHECK(complaint({"--repeat=-1"}).find("--repeat") != std::string::npos);
  CHECK(complaint({"--repeat=2", "--interval=500ms"}) ==
        "--interval: is 500ms, allowed: 1s to 1d\n");
  CHECK(complaint({"--repeat=2", "--interval=soon"}).find("\"soon\" is not a duration") !=
        std::string::npos);
  CHECK(complaint({"--interval=5s"}) ==
        "--interval: means nothing without --repeat, allowed: --repeat=N with N above 1\n");
  CHECK(complaint({"--color=green"}).find("--color") != std::string::npos);
}

TEST_CASE("the report of a month needs no configuration, and knows where Prometheus is") {
  const app::Options report = options(
      {"sla", "--prometheus.url=https://Prometheus.example:9090/p//", "--month=2026-10",
       "--tenant=acme", "--tenant", "globex", "--format=csv", "--outages=3", "--timeout=1m"});
  CHECK(report.command == app::Command::sla);
  CHECK(report.sla.url == "https://prometheus.example:9090/p");
  CHECK(report.sla.month == "2026-10");
  CHECK(report.sla.tenants == std::vector<std::string>{"acme", "globex"});
  CHECK(report.sla.format == app::SlaFormat::csv);
  CHECK(report.sla.outages_max == 3);
  CHECK(report.sla.timeout == std::chrono::minutes(1));
  CHECK(options({"sla", "--prometheus.url=http://[::1]:9090"}).sla.url == "http://[::1]:9090");
  CHECK(early({"sla", "--help"}).text.find("3 an objective was breached") != std::string::npos);
  CHECK(early({"sla"}).text.rfind("--prometheus.url is required", 0) == 0);
}

TEST_CASE("help and version are answers, not errors") {
  CHECK(early({"--version"}).code == 0);
  CHECK(early({"--version"}).text.rfind("reinfer_exporter, version ", 0) == 0);
  CHECK(early({"--help"}).code == 0);
  CHECK(early({"--help"}).text.find("--config.file") != std::string::npos);
}

TEST_CASE("a command line that makes no sense says why, with code 2") {
  CHECK(early({"--config.file=a", "--nonsense"}).text.find("--nonsense") != std::string::npos);
  CHECK(early({"--config.file=a", "--log.level=loud"}).code == 2);
  CHECK(early({"--config.file=a", "--web.listen-address=9877"}).text ==
        "--web.listen-address: 9877 is not an address to listen on (allowed: HOST:PORT, :PORT or "
        "[IPV6]:PORT)\n");
  CHECK(early({"--config.file=a", "--web.telemetry-path=metrics"}).code == 2);
  CHECK(early({"--config.file=a", "--web.telemetry-path=/-/ready"}).code == 2);
  CHECK(early({"--config.file=a", "frobnicate"}).code == 2);
}

TEST_CASE("an option that does not exist is told from those that were meant") {
  const auto said = [](std::vector<const char*> arguments) {
    const app::EarlyExit exit = early(std::move(arguments));
    CHECK(exit.code == 2);
    return exit.text;
  };
  CHECK(said({"--web.listen-adress=:1"}) ==
        "--web.listen-adress: is not an option (did you mean --web.listen-address?); "
        "reinfer_exporter --help lists them\n");
  CHECK(said({"--web.listen", ":1"}).find("did you mean --web.listen-address?") !=
        std::string::npos);
  CHECK(said({"probe", "--repaet=3"}) ==
        "--repaet: is not an option (did you mean --repeat?); reinfer_exporter probe --help lists "
        "them\n");
  CHECK(said({"check", "--repeat=3"}).starts_with("--repeat: is an option of probe, not of check"));
  CHECK(
      said({"--repeat=3"}).starts_with("--repeat: is an option of probe, which stands before it"));
  CHECK(said({"--zzzzzz"}).starts_with("--zzzzzz: is not an option; "));
}

TEST_CASE("a command that does not exist is told from the one that was meant") {
  CHECK(
      early({"chekc"}).text.starts_with("chekc: is not a command (did you mean check?), allowed"));
  CHECK(early({"frobnicate"}).text.starts_with("frobnicate: is not a command, allowed: check, "));
  CHECK(early({"my.toml"}).text ==
        "my.toml: is not a command; to serve with this configuration: reinfer_exporter -c "
        "my.toml\n");
}

TEST_CASE("a configuration is named with a flag before or after the command, or without one") {
  CHECK(options({"-c", "a.toml"}).config_file == "a.toml");
  CHECK(options({"-c", "a.toml", "check"}).config_file == "a.toml");
  CHECK(options({"check", "-c", "a.toml"}).config_file == "a.toml");
  CHECK(options({"check", "a.toml"}).config_file == "a.toml");
  CHECK(options({"check", "--config.file=a.toml"}).config_file == "a.toml");
  CHECK(early({"check", "--help"}).text.find("--config.file") != std::string::npos);
  CHECK(early({"probe", "--help"}).text.find("--config.file") != std::string::npos);
  CHECK(early({"check", "a.toml", "-c", "b.toml"}).text ==
        "--config.file: 2 configurations are given, b.toml and a.toml, allowed: one, which may "
        "include others\n");
}

TEST_CASE("of the arguments of probe, files that are there and end in .toml are configurations") {
  const std::string file = source_path("config/demo.toml");
  const app::Options probe = options({"probe", "acme", file.c_str(), "acme/projects"});
  CHECK(probe.config_file == file);
  CHECK(probe.probe.selection == std::vector<std::string>{"acme", "acme/projects"});
  const app::Options target = options({"probe", "-c", "a.toml", "missing.toml"});
  CHECK(target.probe.selection == std::vector<std::string>{"missing.toml"});
}

TEST_CASE("a configuration that is not named is looked for where it usually is") {
  const std::string there = source_path("config/demo.toml");
  CHECK(app::choose_config_file({}, {"/nowhere/a.toml", there}) == there);
  CHECK(app::choose_config_file({"", "b", {}}, {there}) == "b");
  CHECK(app::choose_config_file({}, {"/nowhere/a.toml", "/nowhere/b.toml"}).error() ==
        "--config.file is not given, and there is neither /nowhere/a.toml nor /nowhere/b.toml");
  CHECK(
      app::usual_config_files() ==
      std::vector<std::string>{"/etc/prometheus/reinfer_exporter.toml", "./reinfer_exporter.toml"});
}

TEST_CASE("help has its options in groups, those of the configuration first") {
  const std::string help = early({"--help"}).text;
  std::size_t at = 0;
  for (const char* heading : {"\nConfiguration:\n", "\nWeb:\n", "\nProbing:\n", "\nHistory:\n",
                              "\nLogging:\n", "\nSubcommands:\n"}) {
    CAPTURE(heading);
    const std::size_t next = help.find(heading);
    REQUIRE(next != std::string::npos);
    CHECK(next > at);
    at = next;
  }
}

TEST_CASE("targets are probed one at a time unless it is said otherwise") {
  CHECK(options({"probe", "-c", "a"}).probe.parallel == 1);
  CHECK(options({"probe", "-c", "a", "--parallel=8"}).probe.parallel == 8);
  CHECK(early({"probe", "-c", "a", "--parallel=0"}).code == 2);
  CHECK(options({"probe", "-c", "a", "--csv"}).probe.csv);
  CHECK(early({"probe", "-c", "a", "--csv", "--json"}).code == 2);
}

TEST_CASE("addresses to listen on are read in the forms people write") {
  CHECK(http::parse_listen_address(":9877") == http::ListenAddress{"", 9877});
  CHECK(http::parse_listen_address("127.0.0.1:0") == http::ListenAddress{"127.0.0.1", 0});
  CHECK(http::parse_listen_address("[::1]:80") == http::ListenAddress{"::1", 80});
  CHECK(http::parse_listen_address("localhost:65535") == http::ListenAddress{"localhost", 65535});
  for (const char* wrong : {"", "9877", "::1:80", "localhost", "localhost:", "localhost:x",
                            "localhost:65536", "localhost:-1", "localhost:80x"}) {
    CAPTURE(wrong);
    CHECK_FALSE(http::parse_listen_address(wrong).has_value());
  }
}

TEST_CASE("the server listens where it is told, as often as it is told") {
  const http::ServerOptions several =
      options({"--config.file=a", "--web.listen-address=127.0.0.1:1", "--web.listen-address",
               "[::1]:2", "check"})
          .server;
  CHECK(several.addresses == std::vector<http::ListenAddress>{{"127.0.0.1", 1}, {"::1", 2}});
  CHECK_FALSE(several.socket_activation);
  CHECK(options({"--config.file=a", "--web.systemd-socket"}).server.socket_activation);
  CHECK(early({"--config.file=a", "--web.systemd-socket", "--web.listen-address=:1"}).code == 2);
}

TEST_CASE("who may ask and how much is on the command line") {
  const http::ServerOptions server =
      options({"--config.file=a", "--web.config.file=w.yml", "--web.bearer-token-file=t",
               "--web.max-requests=7", "--web.max-connections=99"})
          .server;
  CHECK(server.files.config == "w.yml");
  CHECK(server.files.tokens == "t");
  CHECK(server.limits.requests_max == 7);
  CHECK(server.limits.connections_max == 99);
  CHECK(options({"--config.file=a"}).server.limits.requests_max == 40);
  for (const char* bad : {"--web.max-requests=0", "--web.max-requests=many",
                          "--web.max-connections=1", "--web.max-connections=-1"}) {
    CAPTURE(bad);
    CHECK(early({"--config.file=a", bad}).code == 2);
  }
}

TEST_CASE("discover needs a base URL and a place of the token, and no configuration") {
  const app::Options found = options(
      {"discover", "--base-url=https://acme.reinfer.io", "--token-env=T", "--write=a.toml"});
  CHECK(found.command == app::Command::discover);
  CHECK(found.discover.access.base_url == "https://acme.reinfer.io");
  CHECK(found.discover.access.token_env == "T");
  CHECK(found.discover.write == "a.toml");
  CHECK(early({"discover", "--token-env=T"}).text.starts_with("--base-url is required"));
  CHECK(early({"discover", "--base-url=a"}).text.starts_with("--token-env or --token-file is"));
  CHECK(early({"discover", "--base-url=a", "--token-env=T", "--token-file=f"}).code == 2);
}

}  // namespace
}  // namespace reinfer::tests::options_test
