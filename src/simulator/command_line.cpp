#include "simulator/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>

#include "base/duration.h"
#include "base/random.h"
#include "base/text.h"
#include "base/version.h"
#include "simulator/fault.h"
#include "simulator/simulated_api.h"

namespace reinfer::simulator {
namespace {

struct ListenOption {
  const char* name;
  const char* description;
};

// In the order of PortKind.
constexpr std::array<ListenOption, kPortKindCount> kListen = {{
    {"--listen", "Speak plain HTTP on this loopback address, such as 127.0.0.1:0"},
    {"--listen-tls", "Speak TLS with a valid certificate (127.0.0.1:9443 if no port is given)"},
    {"--listen-tls-expired", "Speak TLS with an expired certificate"},
    {"--listen-tls-wrong-name", "Speak TLS with a certificate of another host"},
}};

enum class Given : std::uint8_t { once, often };

// Options whose text is parsed by us: an empty answer means it was understood.
void add_parsed(CLI::App& app, const std::string& name, const std::string& description,
                const char* form, const std::function<std::string(const std::string&)>& parse,
                Given given = Given::once) {
  CLI::Option* option = app.add_option_function<std::vector<std::string>>(
                               name,
                               [name, parse](const std::vector<std::string>& texts) {
                                 for (const std::string& text : texts)
                                   if (const std::string problem = parse(text); !problem.empty())
                                     throw CLI::ValidationError(name, problem);
                               },
                               description)
                            ->type_name(form)
                            ->allow_extra_args(false);
  if (given == Given::once) option->expected(1);
}

template <class T>
std::string take(std::optional<T> parsed, T& into, const std::string& text,
                 std::string_view expected) {
  if (!parsed) return fmt::format("\"{}\": expected {}", text, expected);
  into = *parsed;
  return {};
}

// "ORG/TENANT=a,b", with nothing behind the equals sign for a user who may do nothing.
std::string take_permissions(const std::string& text, Options& options) {
  const auto slash = text.find('/');
  const auto equals = text.find('=');
  if (slash == 0 || slash >= equals || equals == std::string::npos)
    return "expected ORG/TENANT=PERMISSION,..., such as demo/sandbox=sources-read";
  const std::vector<std::string_view> known = permissions();
  auto& permissions = options.tenant_permissions[text.substr(0, equals)];
  permissions.clear();
  for (const std::string_view word : base::split(std::string_view(text).substr(equals + 1), ',')) {
    if (word.empty() && equals + 1 == text.size()) break;
    if (std::find(known.begin(), known.end(), word) == known.end())
      return fmt::format("\"{}\" is no permission, allowed: {}", word, fmt::join(known, ", "));
    permissions.emplace_back(word);
  }
  return {};
}

void add_options(CLI::App& app, Options& options) {
  for (std::size_t i = 0; i < kPortKindCount; ++i)
    add_parsed(app, kListen[i].name, kListen[i].description, "ADDRESS:PORT",
               [&options, i](const std::string& text) {
                 auto parsed = parse_address(text);
                 if (const auto* problem = std::get_if<Problem>(&parsed)) return problem->text;
                 options.listen[i] = std::get<Address>(parsed);
                 return std::string();
               });
  app.add_option("--token", options.token, "The developer token the API accepts")
      ->capture_default_str();
  add_parsed(
      app, "--tenant-token",
      "The developer token one tenant accepts instead; may be given several times",
      "ORG/TENANT=TOKEN",
      [&options](const std::string& text) -> std::string {
        const auto slash = text.find('/');
        const auto equals = text.find('=');
        if (slash == 0 || slash >= equals || equals + 1 >= text.size())
          return "expected ORG/TENANT=TOKEN, such as demo/sandbox=another-token";
        options.tenant_tokens[text.substr(0, equals)] = text.substr(equals + 1);
        return {};
      },
      Given::often);
  add_parsed(
      app, "--tenant-may",
      "All that the token may do in one tenant, by the vendor's identifiers; may be given "
      "several times",
      "ORG/TENANT=PERMISSION,...",
      [&options](const std::string& text) { return take_permissions(text, options); },
      Given::often);
  app.add_option("--ca-file", options.ca_file, "Write the CA certificate there, as PEM");
  app.add_option("--ready-file", options.ready_file,
                 "Write the bound ports there, as JSON, once requests are answered");
  app.add_option("--scenario", options.scenario_file, "Replay this scenario (TOML)");
  app.add_option("--seed", options.seed, "Repeat the dice of an earlier run");
  app.add_option("--auth-before-routing", options.auth_before_routing,
                 "Whether a bad token is noticed before an unknown route")
      ->capture_default_str();
  const auto add_duration = [&](const char* name, base::Nanoseconds& into,
                                const char* description) {
    add_parsed(app, name, description, "DURATION", [&into](const std::string& text) {
      return take(base::parse_duration(text), into, text, base::kDurationForm);
    });
  };
  add_duration("--latency", options.latency, "How long the healthy server works (20ms)");
  add_duration("--token-lifetime", options.token_lifetime, "How long OAuth tokens live (1h)");
  add_parsed(app, "--log.level", "debug, info, warn or error (error)", "LEVEL",
             [&options](const std::string& text) {
               return take(base::parse_log_level(text), options.log_level, text,
                           "debug, info, warn or error");
             });
  add_parsed(app, "--log.format", "logfmt or json (logfmt)", "FORMAT",
             [&options](const std::string& text) {
               return take(base::parse_log_format(text), options.log_format, text,
                           "logfmt or json");
             });
}

std::string version_text() {
  const base::BuildInfo& build = base::build_info();
  return fmt::format("reinfer_simulator {} ({}, {})", build.version, build.revision,
                     build.compiler);
}

}  // namespace

std::variant<Options, Exit> parse_command_line(int argc, char** argv) {
  CLI::App app("A simulated Re:infer tenant with every fault worth testing a prober against.",
               "reinfer_simulator");
  Options options;
  options.seed = base::Random::seed_from_kernel();
  bool list = false;
  app.set_version_flag("--version", version_text());
  app.add_flag("--list-faults", list, "Print the fault modes: name, expected outcome, meaning");
  try {
    add_options(app, options);
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return Exit{app.exit(error) == 0 ? 0 : 2};
  }
  if (list) {
    std::fputs(list_faults().c_str(), stdout);
    return Exit{0};
  }
  return options;
}

}  // namespace reinfer::simulator
