#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>

#include "app/body_keeper.h"
#include "app/commands.h"
#include "app/load_command_config.h"
#include "app/new_file.h"
#include "base/duration.h"
#include "base/random.h"
#include "config/base_url.h"
#include "config/load_plan.h"
#include "credentials/credentials.h"
#include "discover/proposed_toml.h"
#include "probe/probe_run.h"
#include "terminal/probe_card.h"
#include "transport/curl_transport.h"

namespace reinfer::app {
namespace {

using namespace std::chrono_literals;

// A server that asks for a longer pause is left to a later run.
constexpr base::Nanoseconds kPauseMax = 60s;

// The option that a key of the made-up configuration came from.
std::string_view option_of(std::string_view key) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kOptions = {{
      {"tenant.name", "--name"},
      {"tenant.base_url", "--base-url"},
      {"tenant.token_env", "--token-env"},
      {"tenant.token_file", "--token-file"},
      {"tenant.ca_file", "--ca-file"},
      {"tenant.proxy_url", "--proxy-url"},
  }};
  for (const auto& [its_key, option] : kOptions)
    if (its_key == key) return option;
  return key;
}

// nullptr after the problems were printed.
std::shared_ptr<const model::Plan> plan_of(const discover::TenantAccess& access,
                                           const std::vector<discover::ProbeText>& questions) {
  auto plan = config::parse_plan(
      discover::questions_toml(access, questions), "discover",
      [](const model::TokenSource& source) { return credentials::inspect_token(source); });
  if (plan) return std::make_shared<const model::Plan>(std::move(*plan));
  for (const base::Problem& problem : plan.error())
    fmt::print(stderr, "{}: {}\n", option_of(problem.key), problem.text);
  return nullptr;
}

// Paths of the command line start at the working directory, those of a configuration at its folder.
std::string absolute(const std::string& path) {
  std::error_code error;
  const auto whole =
      path.empty() ? std::filesystem::path() : std::filesystem::absolute(path, error);
  return error ? path : whole.lexically_normal().string();
}

discover::TenantAccess completed(discover::TenantAccess access) {
  if (const auto base = config::parse_base_url(access.base_url)) access.base_url = base->url;
  if (access.name.empty()) access.name = config::tenant_name_of(access.base_url);
  access.token_file = absolute(access.token_file);
  access.ca_file = absolute(access.ca_file);
  return access;
}

// Asks one question after the other, through the same code as every probe.
class Asker {
 public:
  explicit Asker(const Options& options)
      : log_(options.log_level, options.log_format),
        paid_("", log_),
        keeper_(transport_),
        style_(style_for(read_terminal(STDERR_FILENO), options.colour)) {}

  void ask(const model::Plan& plan, const std::vector<discover::ProbeText>& questions,
           discover::Survey& survey) {
    credentials::Credentials credentials(plan, log_);
    for (std::size_t i = 0; i < questions.size() && !discover::is_hopeless(survey); ++i) {
      const model::TargetIndex target{static_cast<std::uint32_t>(i)};
      model::ProbeResult result = probe(plan, credentials, target);
      if (const auto pause = pause_of(result)) {
        fmt::print(stderr, "{}\n  it asks to wait for {}, then there is one more try\n",
                   terminal::render_headline(plan, result, style_),
                   base::describe_duration(*pause));
        wait(*pause);
        result = probe(plan, credentials, target);
      }
      survey.push_back(
          discover::read_listing(questions[i], result.outcome, result.message, keeper_.body()));
      // A card begins with the headline.
      const auto token = credentials.facts(plan.target(target).tenant);
      fmt::print(stderr, "{}\n",
                 discover::is_hopeless(survey) ? terminal::render_card(plan, result, token, style_)
                                               : terminal::render_headline(plan, result, style_));
    }
  }

 private:
  model::ProbeResult probe(const model::Plan& plan, credentials::Credentials& credentials,
                           model::TargetIndex target) {
    probe::ProbeRun run(plan, clock_, keeper_, credentials, paid_, log_,
                        base::Random::seed_from_kernel(), {{target}});
    std::vector<model::ProbeResult> results;
    while (results.empty())
      results = run.step().results;
    return std::move(results.front());
  }

  static std::optional<base::Nanoseconds> pause_of(const model::ProbeResult& result) {
    const bool is_short = result.retry_after && *result.retry_after <= kPauseMax;
    return is_short ? result.retry_after : std::nullopt;
  }

  void wait(base::Nanoseconds pause) {
    const base::MonoTime until = clock_.now().mono + pause;
    while (clock_.now().mono < until)
      keeper_.poll(until);
  }

  const base::SystemClock clock_;
  const base::Log log_;
  probe::PaidBudget paid_;
  transport::CurlTransport transport_;
  BodyKeeper keeper_;
  const terminal::TerminalStyle style_;
};

int hand_over(const std::string& toml, const std::string& file) {
  if (file.empty()) {
    fmt::print("{}", toml);
    return std::fflush(stdout) == 0 ? 0 : 1;
  }
  if (const auto fault = write_new_file("--write", file, toml)) {
    fmt::print(stderr, "{}\n", *fault);
    return 1;
  }
  fmt::print(stderr,
             "\n{} is written, see what it comes to with\n"
             "  reinfer_exporter check --config.file={}\n",
             file, file);
  return 0;
}

}  // namespace

int discover_command(const Options& options) {
  const DiscoverOptions& wanted = options.discover;
  if (!wanted.write.empty())
    if (const auto fault = refuse_existing("--write", wanted.write)) {
      fmt::print(stderr, "{}\n", *fault);
      return kExitBadConfig;
    }
  const discover::TenantAccess access = completed(wanted.access);
  const auto plan = plan_of(access, discover::first_questions());
  if (!plan) return kExitBadConfig;
  Asker asker(options);
  discover::Survey survey;
  asker.ask(*plan, discover::first_questions(), survey);
  const auto questions = discover::stream_questions(survey);
  if (!questions.empty() && !discover::is_hopeless(survey))
    if (const auto further = plan_of(access, questions)) asker.ask(*further, questions, survey);
  if (discover::is_hopeless(survey)) {
    fmt::print(stderr, "nothing can be proposed for {}\n", access.base_url);
    return 1;
  }
  const discover::Proposal proposal = discover::propose(survey);
  const auto toml = discover::proposed_toml(access, proposal);
  if (!toml) {
    for (const base::Problem& problem : toml.error())
      fmt::print(stderr, "{}\n", base::to_string(problem));
    return 1;
  }
  fmt::print(stderr, "\nseen: {}\n", proposal.found);
  for (const std::string& sentence : proposal.missing)
    fmt::print(stderr, "{}\n", sentence);
  return hand_over(*toml, wanted.write);
}

}  // namespace reinfer::app
