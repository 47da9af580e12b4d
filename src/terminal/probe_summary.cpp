#include "terminal/probe_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/duration.h"
#include "base/text.h"
#include "explain/outcome_words.h"
#include "terminal/duration_bars.h"

namespace reinfer::terminal {
namespace {

constexpr std::size_t kNameColumns = 9;  // with the two blanks before the name
constexpr std::size_t kFigureColumns = 8;
constexpr std::size_t kBarColumns = 20;
constexpr std::array kPercents = {50.0, 90.0, 95.0, 99.0, 100.0};

std::string outcome_lines(const ProbeSample& sample, const TerminalStyle& style) {
  std::string text;
  for (const model::Outcome outcome : model::all_outcomes()) {
    const std::uint64_t count = sample.outcomes[static_cast<std::size_t>(outcome)];
    if (count == 0) continue;
    const bool ok = outcome == model::Outcome::ok;
    std::string line = fmt::format("{} {}", count, model::to_label(outcome));
    if (!ok) line += fmt::format(" (fault: {})", explain::words_of(model::fault_of(outcome)));
    const model::Fault fault = model::fault_of(outcome);
    text += "  " + painted(style, ink_of(fault), fault_mark(style, fault) + line) + '\n';
    if (ok) continue;
    const explain::OutcomeWords& words = explain::words_of(outcome);
    text += "    " + wrapped(fmt::format("{} {}", words.what, words.next_step), style.columns, 4);
    text += '\n';
  }
  return text;
}

std::string skipped_line(const ProbeSample& sample, const TerminalStyle& style) {
  std::string reasons;
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < model::kSkipReasonCount; ++i) {
    if (sample.skipped[i] == 0) continue;
    sum += sample.skipped[i];
    reasons += fmt::format("{}{} {}", reasons.empty() ? "" : ", ", sample.skipped[i],
                           model::to_label(static_cast<model::SkipReason>(i)));
  }
  if (sum == 0) return "";
  return "  " + painted(style, Ink::warning, fmt::format("{} not sent: {}", sum, reasons)) + '\n';
}

// The deviation is that of a sample; one value has none.
std::array<std::string, 2> mean_and_deviation(const std::vector<base::Nanoseconds>& values) {
  const auto count = static_cast<double>(values.size());
  double sum = 0;
  for (const base::Nanoseconds d : values)
    sum += base::to_seconds(d);
  const double mean = sum / count;
  double squares = 0;
  for (const base::Nanoseconds d : values)
    squares += (base::to_seconds(d) - mean) * (base::to_seconds(d) - mean);
  const auto text = [](double seconds) {
    return base::describe_duration(
        std::chrono::round<base::Nanoseconds>(std::chrono::duration<double>(seconds)));
  };
  return {text(mean), values.size() < 2 ? "-" : text(std::sqrt(squares / (count - 1)))};
}

std::string figures(std::string_view name, std::vector<base::Nanoseconds> values, Ink ink,
                    const TerminalStyle& style) {
  if (values.empty()) return "";
  std::sort(values.begin(), values.end());
  std::string line = painted(style, ink, fmt::format("  {:<{}}", name, kNameColumns - 2));
  std::vector<std::string> cells = {base::describe_duration(values.front())};
  for (std::string& cell : mean_and_deviation(values))
    cells.push_back(std::move(cell));
  for (const double percent : kPercents)
    cells.push_back(base::describe_duration(values[model::nearest_rank(values.size(), percent)]));
  for (const std::string& cell : cells)
    line += fmt::format("{:>{}}", cell, kFigureColumns);
  return line + fmt::format("  of {}\n", values.size());
}

std::string figure_lines(const ProbeSample& sample, const TerminalStyle& style) {
  const auto& [total, server_time, path] = sample.figures;
  const std::string lines = figures("total", total, Ink::plain, style) +
                            figures("server", server_time, Ink::server, style) +
                            figures("path", path, Ink::path, style);
  if (lines.empty()) return "";
  std::string head(kNameColumns, ' ');
  for (const char* name : {"min", "mean", "dev", "p50", "p90", "p95", "p99", "max"})
    head += fmt::format("{:>{}}", name, kFigureColumns);
  return painted(style, Ink::faint, head) + '\n' + lines +
         render_histogram(total, kNameColumns, style);
}

std::string left_out_lines(const ProbeSample& sample) {
  std::string text;
  if (sample.resent > 0)
    text += fmt::format("  {} sent again by libcurl on a new connection, in no figure above\n",
                        sample.resent);
  if (sample.distrusted > 0)
    text += fmt::format("  {} left out above: this program was late, or the clock was set\n",
                        sample.distrusted);
  return text;
}

std::string progress_bar(const Progress& progress) {
  const std::uint64_t done =
      progress.rounds == 0 ? 0 : progress.round * kBarColumns / progress.rounds;
  const auto filled = static_cast<std::size_t>(std::min<std::uint64_t>(done, kBarColumns));
  return fmt::format("[{}{}] ", std::string(filled, '#'), std::string(kBarColumns - filled, '.'));
}

}  // namespace

std::uint64_t ProbeSample::results() const {
  return std::accumulate(outcomes.begin(), outcomes.end(), std::uint64_t{0});
}

void ProbeSummary::add(const model::ProbeResult& result) {
  ProbeSample& sample = samples_.at(model::to_size(result.target));
  ++sample.outcomes[static_cast<std::size_t>(result.outcome)];
  sample.resent += result.resent ? 1 : 0;
  sample.distrusted += model::distrust_of_figures(result) ? 1 : 0;
  const model::LatencyFigures figures = model::latency_figures(result);
  for (std::size_t i = 0; i < figures.size(); ++i)
    if (figures[i]) sample.figures[i].push_back(*figures[i]);
}

void ProbeSummary::add_skipped(model::TargetIndex target, model::SkipReason reason,
                               std::uint64_t count) {
  samples_.at(model::to_size(target)).skipped[static_cast<std::size_t>(reason)] += count;
}

std::uint64_t ProbeSummary::results() const {
  std::uint64_t sum = 0;
  for (const ProbeSample& sample : samples_)
    sum += sample.results();
  return sum;
}

std::uint64_t ProbeSummary::failures() const {
  std::uint64_t sum = 0;
  for (const ProbeSample& sample : samples_)
    sum += sample.results() - sample.outcomes[static_cast<std::size_t>(model::Outcome::ok)];
  return sum;
}

std::string render_summary(const model::Plan& plan, const ProbeSummary& summary,
                           base::Nanoseconds elapsed, std::size_t given_up,
                           const TerminalStyle& style) {
  std::string text;
  for (std::size_t i = 0; i < summary.samples().size(); ++i) {
    const ProbeSample& sample = summary.samples()[i];
    const std::string skipped = skipped_line(sample, style);
    if (sample.results() == 0 && skipped.empty()) continue;
    const model::Target& target = plan.targets()[i];
    text += painted(style, Ink::strong, fmt::format("{}/{}", target.tenant_name, target.probe));
    text += "  " + base::counted(sample.results(), "probe") + '\n';
    text += outcome_lines(sample, style) + skipped + figure_lines(sample, style);
    text += left_out_lines(sample) + '\n';
  }
  text += fmt::format("{} in {}, {} failed", base::counted(summary.results(), "probe"),
                      base::describe_duration(elapsed), summary.failures());
  if (given_up > 0) text += fmt::format(", {} under way given up", given_up);
  return text + '\n';
}

std::string render_progress(const Progress& progress, const TerminalStyle& style) {
  const std::string words =
      fmt::format("round {} of {}, {} ok, {} failed, {} under way", progress.round, progress.rounds,
                  progress.results - progress.failures, progress.failures, progress.in_flight);
  std::string line = progress_bar(progress) + words;
  // The last column stays free: some terminals go to the next line after it.
  if (style.columns == 0 || line.size() < style.columns) return line;
  return words.substr(0, style.columns - 1);
}

}  // namespace reinfer::terminal
