#include "sla/html_row.h"

#include <fmt/format.h>

#include <array>

#include "base/duration.h"
#include "base/text.h"
#include "sla/facts.h"
#include "sla/html_days.h"
#include "sla/words.h"

namespace reinfer::sla {
namespace {

using explain::Html;

std::string_view verdict_word(SlaVerdict verdict) {
  static constexpr std::array<std::string_view, 3> kWords = {"Met", "Breached", "Cannot tell"};
  return kWords.at(static_cast<std::size_t>(verdict));
}

// A tick, a cross, a dash.
const char* verdict_path(SlaVerdict verdict) {
  static constexpr std::array<const char*, 3> kPaths = {"M1 6.5l3 3L11 2", "M2 2l8 8M10 2l-8 8",
                                                        "M1 6h10"};
  return kPaths.at(static_cast<std::size_t>(verdict));
}

// "2026-10-06 09:12:15"; the document says that all times are UTC.
std::string moment(base::WallTime time) {
  std::string text = sla_time(time);
  text.pop_back();
  text[10] = ' ';
  return text;
}

std::string span_words(const TimeSpan& span) {
  return fmt::format("{} to {} ({})", moment(span.from), moment(span.to),
                     base::describe_duration(span.to - span.from));
}

struct Column {
  const char* name;
  const char* kind;
};

// Ends within the body; the caller closes it and the table.
void open_table(Html& html, const char* kind, const std::vector<Column>& columns) {
  html.open("div", {{"class", "scroll"}}).open("table", {{"class", kind}}).open("thead").open("tr");
  for (const Column& column : columns)
    html.element("th", {{"class", column.kind}, {"scope", "col"}}, column.name);
  html.close().close().open("tbody");
}

void close_table(Html& html) {
  html.close().close().close();
}

void cell(Html& html, const char* kind, std::string_view text) {
  html.element("td", {{"class", kind}}, text);
}

void figure(Html& html, const char* name, const std::string& value, const std::string& more) {
  html.open("div").element("dt", name).element("dd", value);
  if (!more.empty()) html.element("dd", {{"class", "more"}}, more);
  html.close();
}

std::string seconds_words(const SlaRow& row) {
  if (row.slo != "latency" || !row.latency_threshold_seconds) return "";
  return "within " + base::format_duration(base::from_seconds(*row.latency_threshold_seconds));
}

void write_figures(Html& html, const SlaRow& row) {
  const std::string budget = budget_words(row);
  const auto comma = budget.find(", ");
  const bool halves = comma != std::string::npos;
  html.open("dl", {{"class", "figures"}});
  figure(html, "Objective", row.objective ? percent(*row.objective) : "none", seconds_words(row));
  figure(html, "Attained", row.ratio ? percent_down(*row.ratio) : "-", counted_words(row));
  figure(html, "Budget", halves ? budget.substr(comma + 2) : budget,
         halves                                       ? budget.substr(0, comma)
         : row.budget_spent && row.budget_spent > 1.0 ? "more than there was"
                                                      : "");
  figure(html,
         is_tenant(row)         ? "Down"
         : row.slo == "latency" ? "Too slow"
                                : "Bad",
         grouped(row.bad), row.bad_by_fault.empty() ? "" : "by fault: " + listed(row.bad_by_fault));
  figure(
      html, "Watched", watched_percent(row.slots.watched_ratio()),
      fmt::format("{} of {} {}", grouped(static_cast<Count>(row.slots.judged)),
                  grouped(static_cast<Count>(row.slots.due)), is_tenant(row) ? "slices" : "slots"));
  html.close();
}

void write_outage(Html& html, const Outage& outage) {
  html.open("tr");
  cell(html, "time", moment(outage.start));
  cell(html, "time", moment(outage.end));
  cell(html, "time", base::describe_duration(outage.end - outage.start));
  cell(html, "number", fmt::format("{:.0f} of {:.0f}", outage.bad, outage.events));
  html.open("td", {{"class", "words"}})
      .text(outcomes_of(outage))
      .element("small", how_exact(outage))
      .close();
  html.close();
}

void write_outages(Html& html, const SlaRow& row) {
  const bool slow = row.slo == "latency";
  std::string title = slow ? "Slow times" : "Outages";
  if (row.outages.size() < row.outages_total)
    title += fmt::format(", the longest {} of {}", row.outages.size(), row.outages_total);
  html.element("h4", title);
  if (row.outages.empty() && row.outages_total == 0)
    html.element("p", {{"class", "none-such"}}, "None.");
  if (!row.outages.empty()) {
    open_table(html, "",
               {{"From (UTC)", ""},
                {"To (UTC)", ""},
                {"Lasted", ""},
                {slow ? "Too slow" : "Bad", "number"},
                {"What happened, and how exact the times are", ""}});
    for (const Outage& outage : row.outages)
      write_outage(html, outage);
    close_table(html);
  }
  if (row.lone_bad > 0)
    html.element("p", {{"class", "aside"}},
                 fmt::format("Besides, {} lone {} {} between good ones.", grouped(row.lone_bad),
                             slow ? "slow" : "failed", row.lone_bad == 1 ? "probe" : "probes"));
}

void write_days(Html& html, const SlaRow& row, const Month& month) {
  const std::vector<DayFigures> days = odd_days(row);
  if (days.empty()) return;
  html.element("h4", row.slo == "latency" ? "Days below the objective, or not watched whole"
                                          : "Days with something bad, or not watched whole");
  open_table(html, "narrow",
             {{"Day", ""},
              {"Attained", "number"},
              {is_tenant(row) ? "Down" : "Bad", "number"},
              {is_tenant(row) ? "Slices" : "Events", "number"},
              {"Watched", "number"}});
  for (const DayFigures& day : days) {
    html.open("tr");
    cell(html, "time", fmt::format("{}-{:02}", month.name, day.day));
    cell(html, "number", day_ratio(day));
    cell(html, "number", grouped(day.bad));
    cell(html, "number", grouped(day.events));
    cell(html, "number", watched_percent(day.watched));
    html.close();
  }
  close_table(html);
}

void write_exclusions(Html& html, const SlaRow& row) {
  html.element("h4", "What did not count");
  if (row.excluded.empty() && row.skipped.empty()) {
    html.element("p", {{"class", "none-such"}},
                 row.slo == "latency" ? "Failed probes: latency is judged on those that succeeded."
                                      : "Nothing: every probe was an event.");
    return;
  }
  open_table(html, "", {{"Reason", ""}, {"How many", "number"}, {"Why", ""}});
  const auto line = [&](std::string_view reason, Count count, std::string_view why) {
    html.open("tr");
    cell(html, "words", reason);
    cell(html, "number", grouped(count));
    cell(html, "", why);
    html.close();
  };
  for (const auto& [reason, count] : row.excluded)
    line(reason, count, why_excluded(reason));
  for (const auto& [reason, count] : row.skipped)
    line("not probed: " + reason, count, "the slot had no probe, so no result and no event");
  close_table(html);
}

void write_coverage(Html& html, const SlaRow& row) {
  html.element("h4", "What was watched");
  html.element("p", {{"class", "plain"}}, [&] {
    std::string text = row.slots.due <= 0           ? "Nothing"
                       : row.slots.unwatched() <= 0 ? "Every slot"
                                                    : watched_percent(row.slots.watched_ratio());
    if (is_tenant(row) && text == "Every slot") text = "Every slice";
    if (row.slots.unwatched() > 0 && row.ratio_min && row.ratio_max)
      text += fmt::format(". Had everything else been bad, it would be {}; had it been good, {}",
                          percent_down(*row.ratio_min), percent_down(*row.ratio_max));
    if (!row.slots.unjudged.empty())
      text += ". Slots without a judgement: " + listed(row.slots.unjudged);
    return text + ". Measured by " + base::join(row.instances, is_tenant(row) ? ", " : ", then ") +
           ".";
  }());
  if (row.coverage.unwatched.empty()) return;
  html.element("p", {{"class", "aside"}}, "Not watched at all:");
  std::vector<std::string> spans;
  for (const TimeSpan& span : row.coverage.unwatched)
    spans.push_back(span_words(span));
  write_list(html, "plain", spans);
}

}  // namespace

void write_verdict(Html& html, SlaVerdict verdict, const char* tag) {
  html.open(tag, {{"class", fmt::format("verdict {}", to_label(verdict))}});
  html.open("svg", {{"viewBox", "0 0 12 12"}, {"aria-hidden", "true"}});
  html.single("path", {{"d", verdict_path(verdict)}}).close();
  html.text(verdict_word(verdict)).close();
}

void write_list(Html& html, const char* kind, const std::vector<std::string>& lines) {
  html.open("ul", {{"class", kind}});
  for (const std::string& line : lines)
    html.element("li", line);
  html.close();
}

void write_row(Html& html, const SlaReport& report, const SlaRow& row) {
  html.open("article", {{"class", is_tenant(row) ? "whole" : "probe"}});
  html.open("div", {{"class", "top"}});
  html.open("div", {{"class", "title"}}).open("h3");
  html.text(is_tenant(row) ? "The tenant as a whole" : row.label("probe"));
  html.element("span", {{"class", "of"}}, " \u00b7 " + slo_of(row)).close();
  write_verdict(html, row.verdict, "span");
  html.close();
  write_figures(html, row);
  draw_days(html, row, report.month);
  html.close();
  write_outages(html, row);
  write_days(html, row, report.month);
  if (!is_tenant(row)) write_exclusions(html, row);
  write_coverage(html, row);
  if (!row.notes.empty()) {
    html.element("h4", "Notes");
    write_list(html, "plain notes", row.notes);
  }
  html.close();
}

}  // namespace reinfer::sla
