#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "sla/claim.h"
#include "sla/facts.h"
#include "sla/render.h"
#include "sla/words.h"

namespace reinfer::sla {
namespace {

constexpr std::size_t kIndent = 13;         // of the text after a line's name
constexpr std::size_t kFigureColumns = 74;  // of a row of the overview, its name aside

terminal::Ink ink_of(SlaVerdict verdict) {
  if (verdict == SlaVerdict::met) return terminal::Ink::good;
  return verdict == SlaVerdict::breached ? terminal::Ink::bad : terminal::Ink::warning;
}

std::string figures(const SlaRow& row, const terminal::TerminalStyle& style) {
  return fmt::format("{:<12} {:>12} {:>9} {:>9} {:>6} {:>7}  {}", slo_of(row), promise(row),
                     row.ratio ? percent_down(*row.ratio) : "-", grouped(row.events),
                     grouped(row.bad), watched_percent(row.slots.watched_ratio()),
                     terminal::painted(style, ink_of(row.verdict), word_of(row.verdict)));
}

// The names stand before the figures, or above them where that gets too wide.
std::string overview(const SlaReport& report, const terminal::TerminalStyle& style) {
  std::size_t columns = 0;
  for (const SlaRow* row : rows_of(report))
    columns = std::max(columns, name_of(*row).size() + 2);
  const bool beside = columns + kFigureColumns <= style.columns;
  if (!beside) columns = 2;
  std::string text =
      terminal::painted(
          style, terminal::Ink::faint,
          fmt::format("{:<{}}{:<12} {:>12} {:>9} {:>9} {:>6} {:>7}  {}", "", columns, "objective",
                      "promised", "attained", "events", "bad", "watched", "verdict")) +
      '\n';
  std::string above;
  for (const SlaRow* row : rows_of(report)) {
    const std::string name = name_of(*row);
    if (!beside && name != above) text += name + '\n';
    above = name;
    text += fmt::format("{:<{}}", beside ? name : "", columns) + figures(*row, style) + '\n';
  }
  return text;
}

std::string fact(std::string_view name, std::string_view what,
                 const terminal::TerminalStyle& style) {
  return terminal::painted(style, terminal::Ink::faint,
                           fmt::format("  {:<{}}", name, kIndent - 2)) +
         terminal::wrapped(what, style.columns, kIndent) + '\n';
}

std::string outage_lines(const SlaRow& row, const terminal::TerminalStyle& style) {
  const bool slow = row.slo == "latency";
  const char* name = slow ? "slow times" : "outages";
  std::string head = row.outages_total == 0 ? "none" : fmt::format("{}", row.outages_total);
  if (row.lone_bad > 0)
    head += fmt::format(" of more than one probe, {} lone {} {}", grouped(row.lone_bad),
                        slow ? "slow" : "failed", row.lone_bad == 1 ? "probe" : "probes");
  if (!row.outages.empty())
    head += row.outages.size() < row.outages_total
                ? fmt::format("; the longest {}:", row.outages.size())
                : ":";
  std::string text = fact(name, head, style);
  for (const Outage& outage : row.outages)
    text += "    " + terminal::wrapped(outage_words(outage, slow), style.columns, 6) + '\n';
  return text;
}

// Lines that only a probe has.
std::string probe_facts(const SlaRow& row, const terminal::TerminalStyle& style) {
  std::string text = fact("bad", bad_words(row), style);
  if (row.slo != "latency")
    text += fact("excluded", row.excluded.empty() ? "nothing" : listed(row.excluded), style);
  return text + fact("not probed",
                     row.skipped.empty() ? "no slot" : "slots by reason: " + listed(row.skipped),
                     style);
}

std::string details(const SlaRow& row, const terminal::TerminalStyle& style) {
  std::string text =
      terminal::painted(style, terminal::Ink::strong,
                        fmt::format("{}  {} {}", name_of(row), slo_of(row), promise(row))) +
      "  " + terminal::painted(style, ink_of(row.verdict), word_of(row.verdict)) + '\n';
  if (row.ratio)
    text += fact("attained",
                 fmt::format("{} = {} {} of {} {}", percent_down(*row.ratio), grouped(row.good),
                             is_tenant(row) ? "up" : "good", grouped(row.events),
                             is_tenant(row) ? "slices of 5 minutes; one is down if no probe of the "
                                              "tenant was good in it"
                                            : "events"),
                 style);
  if (row.budget_spent) text += fact("budget", budget_words(row), style);
  if (!is_tenant(row)) text += probe_facts(row, style);
  text += fact("watched", watched_words(row), style);
  text += fact("by", base::join(row.instances, is_tenant(row) ? ", " : ", then "), style);
  text += outage_lines(row, style);
  for (const std::string& note : row.notes)
    text += terminal::painted(style, terminal::Ink::warning,
                              fmt::format("  {:<{}}", "note", kIndent - 2)) +
            terminal::wrapped(note, style.columns, kIndent) + '\n';
  return text + '\n';
}

std::string claims(const SlaReport& report, const terminal::TerminalStyle& style) {
  std::string text;
  for (const SlaRow& row : report.rows) {
    const auto claim = claim_of(report, row);
    if (!claim) continue;
    text += "  " + terminal::wrapped(claim->subject, style.columns, 2) + '\n';
    text += fact("figures", claim->calculation, style);
    for (const Outage& outage : row.outages)
      text += fact("outage", outage_words(outage, row.slo == "latency"), style);
    for (const std::string& line : claim->excluded)
      text += fact("left out", line, style);
    for (const std::string& line : claim->evidence)
      text += fact("evidence", line, style);
    text += '\n';
  }
  return text.empty()
             ? ""
             : terminal::painted(style, terminal::Ink::strong, "What a claim needs") + '\n' + text;
}

}  // namespace

std::string render_table(const SlaReport& report, const terminal::TerminalStyle& style) {
  const Month& month = report.month;
  std::string text = terminal::painted(style, terminal::Ink::strong, month.name) +
                     fmt::format("{}, {} to {}, by {}\n\n", month.so_far ? " so far" : "",
                                 sla_time(month.span.from), sla_time(month.span.to), report.source);
  text += overview(report, style) + '\n';
  for (const SlaRow* row : rows_of(report))
    text += details(*row, style);
  text += claims(report, style);
  for (const std::string& note : report.notes)
    text += terminal::painted(style, terminal::Ink::warning, "note  ") +
            terminal::wrapped(note, style.columns, 6) + '\n';
  text += terminal::wrapped(
      "Counts are differences of stored samples, exact but for what a restart lost; an event "
      "belongs "
      "to the month of the sample that shows it. All times are UTC.",
      style.columns, 0);
  return text + '\n';
}

}  // namespace reinfer::sla
