#include "page/incident_latencies.h"

#include <fmt/format.h>

#include <algorithm>

#include "page/frame.h"
#include "page/latency_split.h"

namespace reinfer::page {
namespace {

// A day of hours, a week of days.
std::int64_t compared(std::chrono::seconds width) {
  return width < history::kDay ? 24 : 7;
}

const record::NativeHistogram& figure_of(const LatencySpan& span, model::LatencyFigure figure) {
  return span.latencies.figures[static_cast<std::size_t>(figure)];
}

std::string quantile_text(const record::NativeHistogram& sketch, double percent) {
  const auto seconds = sketch.quantile(percent);
  return seconds ? describe_microseconds(*seconds * 1e6) : "\xe2\x80\x93";
}

void write_span(Html& html, const char* name, const LatencySpan& span, base::WallTime now) {
  const record::NativeHistogram& total = figure_of(span, model::LatencyFigure::total);
  html.open("tr", {{"role", "row"}});
  html.element("th", {{"role", "rowheader"}, {"scope", "row"}, {"class", "name"}}, name);
  html.open("td", {{"role", "cell"}, {"class", "when"}});
  if (span.begin < now) {
    write_stretch(html, span.begin, std::min(span.end, now), now);
  } else {
    html.text("not yet");
  }
  html.close();
  const auto cell = [&](const std::string& text) { html.element("td", {{"role", "cell"}}, text); };
  for (const double percent : {50.0, 95.0, 99.0})
    cell(quantile_text(total, percent));
  cell(quantile_text(figure_of(span, model::LatencyFigure::server_time), 95));
  cell(quantile_text(figure_of(span, model::LatencyFigure::path), 95));
  cell(fmt::format("{}", total.count()));
  html.close();
}

bool knows_any(const IncidentLatencies& latencies) {
  for (const LatencySpan* span : {&latencies.before, &latencies.during, &latencies.after})
    for (const record::NativeHistogram& sketch : span->latencies.figures)
      if (sketch.count() > 0) return true;
  return false;
}

}  // namespace

LatencySpan around(const record::IncidentFacts& incident, std::chrono::seconds width,
                   base::WallTime now) {
  const std::int64_t first = history::stretch_of(incident.since, width);
  const std::int64_t last = history::stretch_of(incident.recovered.value_or(now), width);
  return {history::begin_of(first - compared(width), width),
          history::begin_of(last + 1 + compared(width), width),
          {}};
}

IncidentLatencies split_latencies(const record::IncidentFacts& incident, std::chrono::seconds width,
                                  const std::vector<history::LatencyRow>& rows,
                                  base::WallTime now) {
  const LatencySpan whole = around(incident, width, now);
  const std::int64_t first = history::stretch_of(incident.since, width);
  const std::int64_t last = history::stretch_of(incident.recovered.value_or(now), width);
  const base::WallTime begin = history::begin_of(first, width);
  const base::WallTime end = history::begin_of(last + 1, width);
  IncidentLatencies split{width, {whole.begin, begin, {}}, {begin, end, {}}, {end, whole.end, {}}};
  for (const history::LatencyRow& row : rows)
    for (LatencySpan* span : {&split.before, &split.during, &split.after})
      if (row.begin >= span->begin && row.begin < span->end)
        for (std::size_t i = 0; i < row.figures.size(); ++i)
          span->latencies.figures[i].add(row.figures[i]);
  return split;
}

void write_incident_latencies(Html& html, const IncidentLatencies& latencies, base::WallTime now) {
  if (!knows_any(latencies)) return;
  html.element("h2", "Before, during and after");
  html.open("div", {{"class", "scroll"},
                    {"role", "region"},
                    {"aria-label", "Before, during and after"},
                    {"tabindex", "0"}});
  html.open("table", {{"role", "table"}, {"class", "stretches"}, {"aria-label", "Percentiles"}});
  html.open("thead", {{"role", "rowgroup"}}).open("tr", {{"role", "row"}});
  for (const char* column :
       {"", "When", "p50", "p95", "p99", "Server time p95", "Path p95", "Ok probes"})
    html.element(*column == '\0' ? "td" : "th",
                 {{"role", *column == '\0' ? "cell" : "columnheader"},
                  {*column == '\0' ? "" : "scope", "col"}},
                 column);
  html.close().close().open("tbody", {{"role", "rowgroup"}});
  write_span(html, "Before", latencies.before, now);
  write_span(html, "During", latencies.during, now);
  write_span(html, "After", latencies.after, now);
  html.close().close().close();
  html.element(
      "p", {{"class", "quiet note"}},
      fmt::format("Latencies of good probes, by whole {}, estimated from the history: a "
                  "probe that failed has none. The figures of the last minutes are not in.",
                  latencies.width < history::kDay ? "hours" : "days"));
}

}  // namespace reinfer::page
