#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <set>

#include "app/commands.h"
#include "app/interrupt.h"
#include "app/load_command_config.h"
#include "base/random.h"
#include "base/spelling.h"
#include "base/text.h"
#include "credentials/credentials.h"
#include "explain/probe_report.h"
#include "explain/token_contradiction.h"
#include "probe/probe_run.h"
#include "terminal/probe_card.h"
#include "terminal/probe_csv.h"
#include "terminal/probe_summary.h"
#include "transport/curl_transport.h"

namespace reinfer::app {
namespace {

std::string name_of(const model::Target& target) {
  return target.tenant_name + "/" + target.probe;
}

bool selects(const std::string& wanted, const model::Target& target) {
  return wanted == target.tenant_name || wanted == name_of(target);
}

// A plan may have hundreds of targets, so the text names those that are meant most likely.
std::string unknown_target(const model::Plan& plan, const std::string& wanted) {
  constexpr std::size_t kShown = 3;
  constexpr std::size_t kShownBytes = 100;
  std::set<std::string> names;
  for (const model::Target& target : plan.targets())
    names.insert({name_of(target), target.tenant_name});
  const auto nearest =
      base::nearest_words(wanted.substr(0, kShownBytes),
                          std::vector<std::string_view>(names.begin(), names.end()), kShown);
  return fmt::format("no target is called {}, did you mean {}? (there are {} of {}; {} lists them)",
                     base::sanitise(wanted, kShownBytes), fmt::join(nearest, " or "),
                     base::counted(plan.targets().size(), "target"),
                     base::counted(plan.tenants().size(), "tenant"), "reinfer_exporter check");
}

// The selected targets in the plan's order; prints an error for an unknown name.
tl::expected<std::vector<model::TargetIndex>, std::string> select(
    const model::Plan& plan, const std::vector<std::string>& wanted) {
  const auto& targets = plan.targets();
  for (const std::string& name : wanted) {
    const bool known =
        std::any_of(targets.begin(), targets.end(),
                    [&](const model::Target& target) { return selects(name, target); });
    if (known) continue;
    return tl::unexpected(unknown_target(plan, name));
  }
  std::vector<model::TargetIndex> selected;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const bool hit = std::any_of(wanted.begin(), wanted.end(), [&](const std::string& name) {
      return selects(name, targets[i]);
    });
    if (wanted.empty() || hit) selected.push_back(model::TargetIndex(i));
  }
  return selected;
}

// Paid probes are only sent on an explicit decision, not repeatedly.
tl::expected<void, std::string> refuse_repeated_costs(
    const model::Plan& plan, const std::vector<model::TargetIndex>& selected) {
  std::vector<std::string> paid;
  for (const model::TargetIndex target : selected)
    if (plan.target(target).paid) paid.push_back(name_of(plan.target(target)));
  if (paid.empty()) return {};
  return tl::unexpected(
      fmt::format("--repeat: each probe of {} costs AI Units or Platform Units, so it is not "
                  "repeated, allowed: "
                  "once without --repeat, or other targets by name",
                  base::join(paid, ", ")));
}

// The output of the command: cards, lines or JSON on stdout, and a progress line on stderr, which
// is erased before anything else is written.
class Console {
 public:
  Console(const model::Plan& plan, const Options& options)
      : plan_(plan),
        options_(options),
        style_(style_for(read_terminal(STDOUT_FILENO), options.colour)),
        progress_(options.probe.repeat > 1 && can_rewrite_line(read_terminal(STDERR_FILENO))),
        progress_style_(style_for(read_terminal(STDERR_FILENO), ColourMode::never)) {}

  void begin() const {
    if (options_.probe.csv) fmt::print("{}", terminal::csv_heading());
  }

  void show(const model::ProbeResult& result, const model::TokenFacts& token) {
    clear_progress();
    if (options_.probe.json)
      fmt::print("{}\n", explain::to_json_line(plan_, result));
    else if (options_.probe.csv)
      fmt::print("{}", terminal::csv_line(plan_, result));
    else if (options_.probe.repeat > 1)
      fmt::print("{}\n", terminal::render_headline(plan_, result, style_));
    else
      fmt::print("{}", terminal::render_card(plan_, result, token, style_));
    std::fflush(stdout);
  }

  void show_progress(const probe::ProbeRun& rounds, const terminal::ProbeSummary& summary) {
    if (!progress_) return;
    const terminal::Progress progress{rounds.begun(), options_.probe.repeat, summary.results(),
                                      summary.failures(), rounds.in_flight()};
    fmt::print(stderr, "\r\x1b[K{}", terminal::render_progress(progress, progress_style_));
    std::fflush(stderr);
  }

  // Programs count for themselves.
  void show_summary(const terminal::ProbeSummary& summary, base::Nanoseconds elapsed,
                    std::size_t given_up) {
    clear_progress();
    if (is_for_programs() || options_.probe.repeat == 1) return;
    fmt::print("\n{}", terminal::render_summary(plan_, summary, elapsed, given_up, style_));
  }

  // Tenants that contradict each other about a token in this run, which began at `since`.
  void show_contradictions(const std::vector<model::TokenFacts>& facts, base::MonoTime since) {
    std::set<std::string> shown;
    for (std::size_t i = 0; i < facts.size() && !is_for_programs(); ++i) {
      const std::string text = terminal::render_contradiction(
          explain::contradiction_of(plan_, facts, model::TenantIndex(i), since), style_);
      if (shown.insert(text).second) fmt::print("{}", text);
    }
  }

 private:
  bool is_for_programs() const { return options_.probe.json || options_.probe.csv; }
  void clear_progress() {
    if (progress_) fmt::print(stderr, "\r\x1b[K");
    std::fflush(stderr);
  }

  const model::Plan& plan_;
  const Options& options_;
  const terminal::TerminalStyle style_;
  const bool progress_;
  const terminal::TerminalStyle progress_style_;
};

}  // namespace

int probe_command(const Options& options) {
  const auto whole = load_or_explain(options.config_file);
  if (!whole) return kExitBadConfig;
  const auto plan = model::shard_of(whole, options.shard);
  auto selected = select(*plan, options.probe.selection);
  if (selected && options.probe.repeat > 1)
    if (auto refused = refuse_repeated_costs(*plan, *selected); !refused)
      selected = tl::unexpected(refused.error());
  if (!selected) {
    fmt::print(stderr, "{}\n", selected.error());
    return 2;
  }
  Console console(*plan, options);
  const base::SystemClock clock;
  const base::Log log(options.log_level, options.log_format);
  credentials::Credentials credentials(*plan, log);
  probe::PaidBudget paid("", log);
  transport::CurlTransport transport;
  Interrupt interrupt(transport);
  if (options.probe.repeat > 1) interrupt.start();
  probe::ProbeRun rounds(
      *plan, clock, transport, credentials, paid, log, base::Random::seed_from_kernel(),
      {*selected, options.probe.repeat, options.probe.interval, options.probe.parallel});
  terminal::ProbeSummary summary(*plan);
  const base::MonoTime started = clock.now().mono;
  console.begin();
  // No further request is sent for a reader that has left.
  while (!rounds.done() && !interrupt.asked() && std::ferror(stdout) == 0) {
    const probe::ProbeRunUpdate update = rounds.step();
    for (const probe::ProbeRunSkip& skip : update.skips)
      summary.add_skipped(skip.target, skip.reason, skip.count);
    for (const model::ProbeResult& result : update.results) {
      summary.add(result);
      console.show(result, credentials.facts(plan->target(result.target).tenant));
    }
    console.show_progress(rounds, summary);
  }
  console.show_summary(summary, clock.now().mono - started, rounds.in_flight());
  std::vector<model::TokenFacts> facts;
  for (std::size_t i = 0; i < plan->tenants().size(); ++i)
    facts.push_back(credentials.facts(model::TenantIndex(i)));
  console.show_contradictions(facts, started);
  return summary.results() > 0 && summary.failures() == 0 ? 0 : 1;
}

}  // namespace reinfer::app
