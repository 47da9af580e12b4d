#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/duration.h"
#include "base/text.h"
#include "model/outcome.h"
#include "sla/claim.h"
#include "sla/render.h"
#include "sla/words.h"

namespace reinfer {
namespace {

constexpr std::size_t kIndent = 13;  // of what stands behind a line's name
constexpr std::size_t kNameColumnsMax = 36;
constexpr std::size_t kSpansMax = 5;

std::string name_of(const SlaRow& row) {
  return row.label("tenant") + "/" + row.label("probe");
}

std::string promise(const SlaRow& row) {
  std::string text = row.objective ? percent(*row.objective) : "no objective";
  if (row.slo == "latency" && row.latency_threshold_seconds)
    text += " in " + format_duration(from_seconds(*row.latency_threshold_seconds));
  return text;
}

Ink ink_of(SlaVerdict verdict) {
  if (verdict == SlaVerdict::met) return Ink::good;
  return verdict == SlaVerdict::breached ? Ink::bad : Ink::warning;
}

std::string_view word_of(SlaVerdict verdict) {
  static constexpr std::array<std::string_view, 3> kWords = {"met", "BREACHED", "cannot tell"};
  return kWords.at(static_cast<std::size_t>(verdict));
}

double watched(const SlaReport& report, const SlaRow& row) {
  const Nanoseconds whole = report.month.span.to - report.month.span.from;
  return whole.count() > 0 ? to_seconds(row.coverage.watched) / to_seconds(whole) : 0;
}

// Rounded down, as a month with a hole was not watched whole.
std::string whole_percent(double ratio) {
  return fmt::format("{}%", static_cast<int>(ratio * 100 + 1e-9));
}

std::size_t name_columns(const SlaReport& report) {
  std::size_t columns = 12;
  for (const SlaRow& row : report.rows)
    columns = std::max(columns, name_of(row).size());
  return std::min(columns, kNameColumnsMax);
}

std::string overview(const SlaReport& report, const TerminalStyle& style) {
  const std::size_t columns = name_columns(report);
  std::string text = painted(style, Ink::faint,
                             fmt::format("{:<{}}  {:<12} {:>14} {:>10} {:>9} {:>7} {:>7}  {}", "",
                                         columns, "objective", "promised", "attained", "events",
                                         "bad", "watched", "verdict")) +
                     '\n';
  for (const SlaRow& row : report.rows)
    text += fmt::format("{:<{}}  {:<12} {:>14} {:>10} {:>9} {:>7} {:>7}  {}\n", name_of(row),
                        columns, row.slo, promise(row), row.ratio ? percent_down(*row.ratio) : "-",
                        grouped(row.events), grouped(row.bad), whole_percent(watched(report, row)),
                        painted(style, ink_of(row.verdict), word_of(row.verdict)));
  return text;
}

std::string fact(std::string_view name, std::string_view what, const TerminalStyle& style) {
  return painted(style, Ink::faint, fmt::format("  {:<{}}", name, kIndent - 2)) +
         wrapped(what, style.columns, kIndent) + '\n';
}

std::string listed(const Counts& counts) {
  std::vector<std::string> pieces;
  for (const auto& [name, count] : counts)
    pieces.push_back(fmt::format("{} {}", grouped(count), name));
  return join(pieces, ", ");
}

std::string bad_words(const SlaRow& row) {
  if (row.slo == "latency") return fmt::format("{} too slow", grouped(row.bad));
  if (row.bad == 0) return "0";
  return fmt::format("{}, by fault: {}; by outcome: {}", grouped(row.bad), listed(row.bad_by_fault),
                     listed(row.bad_by_outcome));
}

std::string watched_words(const SlaReport& report, const SlaRow& row) {
  const auto& unwatched = row.coverage.unwatched;
  if (unwatched.empty()) return "all of the time";
  std::string text = fmt::format("{} of the time, not: ", percent_down(watched(report, row)));
  for (std::size_t i = 0; i < std::min(unwatched.size(), kSpansMax); ++i)
    text += fmt::format("{}{} to {} ({})", i == 0 ? "" : ", ", sla_time(unwatched[i].from),
                        sla_time(unwatched[i].to),
                        describe_duration(unwatched[i].to - unwatched[i].from));
  if (unwatched.size() > kSpansMax)
    text += fmt::format(", and {} more", unwatched.size() - kSpansMax);
  return text;
}

std::string how_exact(const Outage& outage) {
  std::string text;
  if (outage.began_before)
    text += ", began before the month";
  else
    text += fmt::format(", began up to {} earlier", describe_duration(outage.start_late_max));
  if (outage.went_on)
    text += ", went on after the month";
  else if (!outage.recovery_seen)
    text += ", its end was not seen";
  else
    text += fmt::format(", ended up to {} earlier", describe_duration(outage.end_late_max));
  return text;
}

std::string outage_words(const Outage& outage, bool slow) {
  std::vector<std::pair<double, std::string>> outcomes;
  for (const auto& [name, count] : outage.outcomes) {
    const auto known = outcome_from_label(name);
    outcomes.emplace_back(-count,
                          known ? fmt::format("{} ({})", name, to_label(fault_of(*known))) : name);
  }
  std::sort(outcomes.begin(), outcomes.end());
  std::vector<std::string> names;
  for (auto& [count, name] : outcomes)
    names.push_back(std::move(name));
  return fmt::format("{} to {}, {}: {:.0f} of {:.0f} {}{}{}", sla_time(outage.start),
                     sla_time(outage.end), describe_duration(outage.end - outage.start), outage.bad,
                     outage.events, slow ? "too slow" : "bad", names.empty() ? "" : ", ",
                     join(names, ", ")) +
         how_exact(outage);
}

std::string outage_lines(const SlaRow& row, const TerminalStyle& style) {
  const bool slow = row.slo == "latency";
  const char* name = slow ? "slow times" : "outages";
  if (row.outages_total == 0) return fact(name, "none", style);
  std::string text =
      fact(name,
           row.outages.size() < row.outages_total
               ? fmt::format("{}, the longest {}:", row.outages_total, row.outages.size())
               : fmt::format("{}, longest first:", row.outages_total),
           style);
  for (const Outage& outage : row.outages)
    text += "    " + wrapped(outage_words(outage, slow), style.columns, 6) + '\n';
  return text;
}

std::string details(const SlaReport& report, const SlaRow& row, const TerminalStyle& style) {
  std::string text =
      painted(style, Ink::strong, fmt::format("{}  {} {}", name_of(row), row.slo, promise(row))) +
      "  " + painted(style, ink_of(row.verdict), word_of(row.verdict)) + '\n';
  if (row.ratio)
    text += fact("attained",
                 fmt::format("{} = {} good of {} events", percent_down(*row.ratio),
                             grouped(row.good), grouped(row.events)),
                 style);
  if (row.budget_spent)
    text += fact("budget", fmt::format("{:.1f}% spent", *row.budget_spent * 100), style);
  text += fact("bad", bad_words(row), style);
  if (row.slo != "latency")
    text += fact("excluded", row.excluded.empty() ? "nothing" : listed(row.excluded), style);
  text += fact("not probed",
               row.skipped.empty() ? "no slot" : "slots by reason: " + listed(row.skipped), style);
  text += fact("watched", watched_words(report, row), style);
  text += fact("by", join(row.instances, ", then "), style);
  text += outage_lines(row, style);
  for (const std::string& note : row.notes)
    text += painted(style, Ink::warning, fmt::format("  {:<{}}", "note", kIndent - 2)) +
            wrapped(note, style.columns, kIndent) + '\n';
  return text + '\n';
}

std::string claims(const SlaReport& report, const TerminalStyle& style) {
  std::string text;
  for (const SlaRow& row : report.rows) {
    const auto claim = claim_of(report, row);
    if (!claim) continue;
    text += "  " + wrapped(claim->subject, style.columns, 2) + '\n';
    text += fact("figures", claim->calculation, style);
    for (const Outage& outage : row.outages)
      text += fact("outage", outage_words(outage, row.slo == "latency"), style);
    for (const std::string& line : claim->excluded)
      text += fact("left out", line, style);
    for (const std::string& line : claim->evidence)
      text += fact("evidence", line, style);
    text += '\n';
  }
  return text.empty() ? "" : painted(style, Ink::strong, "What a claim needs") + '\n' + text;
}

}  // namespace

std::string render_table(const SlaReport& report, const TerminalStyle& style) {
  const Month& month = report.month;
  std::string text = painted(style, Ink::strong, month.name) +
                     fmt::format("{}, {} to {}, by {}\n\n", month.so_far ? " so far" : "",
                                 sla_time(month.span.from), sla_time(month.span.to), report.source);
  text += overview(report, style) + '\n';
  for (const SlaRow& row : report.rows)
    text += details(report, row, style);
  text += claims(report, style);
  for (const std::string& note : report.notes)
    text += painted(style, Ink::warning, "note  ") + wrapped(note, style.columns, 6) + '\n';
  text += wrapped(
      "Counts are differences of stored samples, exact but for what a restart lost; an event "
      "belongs "
      "to the month of the sample that shows it. All times are UTC.",
      style.columns, 0);
  return text + '\n';
}

}  // namespace reinfer
