#include <fmt/format.h>

#include <algorithm>

#include "base/duration.h"
#include "base/text.h"
#include "sla/claim.h"
#include "sla/facts.h"
#include "sla/render.h"
#include "sla/words.h"

namespace reinfer::sla {
namespace {

// Text that is only ever text: no markup, no HTML, no cell or line of its own.
std::string escaped(std::string_view text) {
  constexpr std::string_view kMarkup = "\\`*_{}[]()<>#+!|~&@";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (kMarkup.find(c) != std::string_view::npos) out += '\\';
    out += byte < 0x20 || byte == 0x7f ? ' ' : c;
  }
  return out;
}

std::string line(const std::vector<std::string>& cells) {
  return "| " + base::join(cells, " | ") + " |\n";
}

std::string overview(const SlaReport& report) {
  std::string text = line({"tenant / probe", "objective", "promised", "attained", "budget",
                           "events", "bad", "watched", "verdict"}) +
                     "|---|---|--:|--:|--:|--:|--:|--:|---|\n";
  for (const SlaRow* row : rows_of(report)) {
    const std::string name = escaped(name_of(*row));
    text +=
        line({is_tenant(*row) ? "**" + name + "**" : name, escaped(slo_of(*row)), promise(*row),
              row->ratio ? percent_down(*row->ratio) : "-", budget_words(*row),
              grouped(row->events), grouped(row->bad), watched_percent(row->slots.watched_ratio()),
              row->verdict == SlaVerdict::breached ? "**breached**"
                                                   : std::string(word_of(row->verdict))});
  }
  return text + '\n';
}

std::string outages(const SlaRow& row) {
  const bool slow = row.slo == "latency";
  std::string text = fmt::format("- {}: {}", slow ? "Slow times" : "Outages", row.outages_total);
  if (row.lone_bad > 0)
    text += fmt::format(", besides {} lone {} {}", grouped(row.lone_bad), slow ? "slow" : "failed",
                        row.lone_bad == 1 ? "probe" : "probes");
  if (row.outages.size() < row.outages_total && !row.outages.empty())
    text += fmt::format("; the longest {}", row.outages.size());
  text += '\n';
  if (row.outages.empty()) return text;
  text += '\n' + line({"from", "to", "lasted", slow ? "too slow" : "bad", "what", "how exact"}) +
          "|---|---|---|--:|---|---|\n";
  for (const Outage& outage : row.outages)
    text += line({sla_time(outage.start), sla_time(outage.end),
                  base::describe_duration(outage.end - outage.start),
                  fmt::format("{:.0f} of {:.0f}", outage.bad, outage.events),
                  outage.outcomes.empty() ? "-" : escaped(outcomes_of(outage)), how_exact(outage)});
  return text + '\n';
}

char sign_of(const SlaRow& row, const DayFigures& day) {
  if (is_low(row, day)) return 'x';
  if (day.watched <= 0) return '-';
  return day.events == 0 ? 'o' : day.watched < 1 ? '~' : '.';
}

std::string days(const SlaRow& row, const Month& month) {
  if (row.days.empty()) return "";
  std::string text = row.outages.empty() ? "\n```\n" : "```\n";
  for (const DayFigures& day : row.days)
    text += fmt::format("{:>3}", day.day);
  text += '\n';
  for (const DayFigures& day : row.days)
    text += fmt::format("{:>3}", sign_of(row, day));
  text += "\n```\n";
  const std::vector<DayFigures> odd = odd_days(row);
  if (odd.empty()) return text;
  text += '\n' + line({"day", "attained", "bad", is_tenant(row) ? "slices" : "events", "watched"}) +
          "|---|--:|--:|--:|--:|\n";
  for (const DayFigures& day : odd)
    text += line({fmt::format("{}-{:02}", month.name, day.day), day_ratio(day), grouped(day.bad),
                  grouped(day.events), watched_percent(day.watched)});
  return text;
}

std::string exclusions(const SlaRow& row) {
  std::string text;
  for (const auto& [reason, count] : row.excluded)
    text += fmt::format("- Did not count: {} {}: {}\n", grouped(count), escaped(reason),
                        escaped(why_excluded(reason)));
  for (const auto& [reason, count] : row.skipped)
    text += fmt::format("- Not probed: {} slots, {}\n", grouped(count), escaped(reason));
  return text;
}

std::string details(const SlaReport& report, const SlaRow& row) {
  std::string text = fmt::format(
      "### {}: {}, {}\n\n",
      is_tenant(row) ? escaped(row.label("tenant")) + " as a whole" : escaped(name_of(row)),
      escaped(slo_of(row)), word_of(row.verdict));
  text += fmt::format("- Promised: {}\n", promise(row));
  if (row.ratio)
    text += fmt::format("- Attained: {}, {}\n", percent_down(*row.ratio), counted_words(row));
  text += fmt::format("- Budget: {}\n", budget_words(row));
  if (!is_tenant(row)) text += fmt::format("- Bad: {}\n", escaped(bad_words(row)));
  text += exclusions(row);
  text += fmt::format("- Watched: {}\n", escaped(watched_words(row)));
  text += fmt::format("- Measured by: {}\n",
                      escaped(base::join(row.instances, is_tenant(row) ? ", " : ", then ")));
  for (const std::string& note : row.notes)
    text += fmt::format("- Note: {}\n", escaped(note));
  return text + outages(row) + days(row, report.month) + '\n';
}

std::string claims(const SlaReport& report) {
  std::string text;
  for (const SlaRow& row : report.rows) {
    const auto claim = claim_of(report, row);
    if (!claim) continue;
    text += fmt::format("### {}, {}\n\n{}\n\n- {}\n", escaped(name_of(row)), escaped(slo_of(row)),
                        escaped(claim->subject), escaped(claim->calculation));
    for (const std::string& left_out : claim->excluded)
      text += fmt::format("- Left out: {}\n", escaped(left_out));
    for (const std::string& evidence : claim->evidence)
      text += fmt::format("- Evidence: {}\n", escaped(evidence));
    text += '\n';
  }
  return text.empty() ? "" : "## What a claim needs\n\n" + text;
}

}  // namespace

std::string render_markdown(const SlaReport& report) {
  const Month& month = report.month;
  std::string text = fmt::format(
      "# Service levels, {}{}\n\n{} From {} to {}, read from {}, made {}.\n\n", month.name,
      month.so_far ? " so far" : "", headline(report), sla_time(month.span.from),
      sla_time(month.span.to), escaped(report.source), sla_time(report.made_at));
  text += overview(report);
  const SlaRow* before = nullptr;
  for (const SlaRow* row : rows_of(report)) {
    if (before == nullptr || before->label("tenant") != row->label("tenant"))
      text += fmt::format("## {}\n\n", escaped(row->label("tenant")));
    text += details(report, *row);
    before = row;
  }
  text += claims(report);
  for (const std::string& note : report.notes)
    text += fmt::format("- Note: {}\n", escaped(note));
  text += "\n## How it was counted\n\n";
  for (const std::string& paragraph : how_counted(report))
    text += escaped(paragraph) + "\n\n";
  return text +
         "In the line of a month's days `.` is a good one, `x` one with something bad (of latency: "
         "below the objective), `~` one not "
         "watched whole, `-` one not watched at all, and `o` one on which nothing counted.\n";
}

}  // namespace reinfer::sla
