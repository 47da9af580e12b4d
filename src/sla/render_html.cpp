#include <fmt/format.h>

#include "explain/html_writer.h"
#include "sla/claim.h"
#include "sla/facts.h"
#include "sla/html_row.h"
#include "sla/html_style.h"
#include "sla/render.h"
#include "sla/words.h"

namespace reinfer::sla {
namespace {

using explain::Html;

void write_head(Html& html, const SlaReport& report) {
  html.open("head").single("meta", {{"charset", "utf-8"}});
  html.single("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}});
  html.single("meta", {{"http-equiv", "Content-Security-Policy"},
                       {"content", "default-src 'none'; style-src 'unsafe-inline'"}});
  html.element("title", fmt::format("Service levels in {}", month_words(report.month)));
  html.element("style", html_style()).close();
}

void write_header(Html& html, const SlaReport& report) {
  const Month& month = report.month;
  html.open("header").element("p", {{"class", "kind"}}, "Report on service levels, re:infer API");
  html.element("h1", month_words(month) + (month.so_far ? " so far" : ""));
  html.element("p", {{"class", "headline"}}, headline(report));
  html.open("dl", {{"class", "origin"}});
  html.element("dt", "Period")
      .element("dd", fmt::format("{} to {}{}", sla_time(month.span.from), sla_time(month.span.to),
                                 month.zone == "UTC" ? "" : ", midnight in " + month.zone));
  html.element("dt", "Made").element("dd", sla_time(report.made_at));
  html.element("dt", "Read from").element("dd", report.source);
  html.close().close();
}

void write_overview_row(Html& html, const SlaRow& row) {
  const auto cell = [&](const char* kind, std::string_view text) {
    html.element("td", {{"class", kind}}, text);
  };
  html.open("tr", {{"class", is_tenant(row) ? "whole" : "probe"}});
  cell("name", name_of(row));
  cell("", slo_of(row));
  write_verdict(html, row.verdict, "td");
  cell("number", promise(row));
  cell("number", row.ratio ? percent_down(*row.ratio) : "-");
  cell("number", row.budget_spent ? fmt::format("{:.1f}%", *row.budget_spent * 100) : "-");
  cell("number", grouped(row.events));
  cell("number", grouped(row.bad));
  cell("number", watched_percent(row.slots.watched_ratio()));
  html.close();
}

void write_overview(Html& html, const SlaReport& report) {
  html.open("section").element("h2", "At a glance");
  html.open("div", {{"class", "scroll"}}).open("table", {{"class", "overview"}});
  html.open("thead").open("tr");
  // On a narrow screen what comes last is scrolled away.
  for (const char* column : {"Tenant / probe", "Objective", "Verdict"})
    html.element("th", {{"scope", "col"}}, column);
  for (const char* column : {"Promised", "Attained", "Budget spent", "Events", "Bad", "Watched"})
    html.element("th", {{"class", "number"}, {"scope", "col"}}, column);
  html.close().close().open("tbody");
  for (const SlaRow* row : rows_of(report))
    write_overview_row(html, *row);
  html.close().close().close();
  html.element("p", {{"class", "aside"}},
               "A tenant's own events are slices of five minutes, those of a probe its results. "
               "Ratios are rounded down.");
  if (!report.notes.empty()) write_list(html, "plain notes", report.notes);
  html.close();
}

void write_tenants(Html& html, const SlaReport& report) {
  std::string tenant;
  bool open = false;
  for (const SlaRow* row : rows_of(report)) {
    if (!open || row->label("tenant") != tenant) {
      if (open) html.close();
      tenant = row->label("tenant");
      html.open("section", {{"class", "tenant"}}).element("h2", tenant);
      open = true;
      if (!is_tenant(*row))
        html.element("p", {{"class", "aside"}},
                     "The tenant as a whole has no figure: that needs an objective of availability "
                     "and a probe often enough for slices of five minutes.");
    }
    write_row(html, report, *row);
  }
  if (open) html.close();
}

void write_claims(Html& html, const SlaReport& report) {
  bool open = false;
  for (const SlaRow& row : report.rows) {
    const auto claim = claim_of(report, row);
    if (!claim) continue;
    if (!open) html.open("section", {{"class", "tenant"}}).element("h2", "What a claim needs");
    open = true;
    html.open("article").element("h3", name_of(row) + ", " + slo_of(row));
    html.element("p", {{"class", "plain"}}, claim->subject);
    html.element("h4", "Figures").element("p", {{"class", "plain"}}, claim->calculation);
    html.element("h4", "Left out");
    if (claim->excluded.empty())
      html.element("p", {{"class", "none-such"}}, "Nothing.");
    else
      write_list(html, "plain", claim->excluded);
    html.element("h4", "Evidence");
    write_list(html, "plain", claim->evidence);
    html.close();
  }
  if (open) html.close();
}

}  // namespace

std::string render_html(const SlaReport& report) {
  Html html;
  html.open("html", {{"lang", "en"}});
  write_head(html, report);
  html.open("body");
  write_header(html, report);
  html.open("main");
  write_overview(html, report);
  write_tenants(html, report);
  write_claims(html, report);
  html.open("section", {{"class", "method"}}).element("h2", "How it was counted");
  for (const std::string& paragraph : how_counted(report))
    html.element("p", paragraph);
  html.close().close().close().close();
  return "<!doctype html>\n" + html.take() + '\n';
}

}  // namespace reinfer::sla
