#include "page/incidents.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "explain/outcome_words.h"
#include "explain/ticket.h"
#include "page/day_bars.h"
#include "page/frame.h"
#include "page/icons.h"

namespace reinfer::page {
namespace {

constexpr const char* kAllRoot = "./";
constexpr const char* kOneRoot = "../";

std::string title_of(const record::IncidentFacts& incident) {
  return fmt::format("{}/{}", incident.tenant, incident.probe);
}

void write_when(Html& html, const record::IncidentFacts& incident, base::WallTime now) {
  if (incident.recovered) return write_stretch(html, incident.since, *incident.recovered, now);
  write_moment(html, incident.since, now);
  html.text(" to now");
}

void write_row(Html& html, const record::IncidentFacts& incident, const std::string& root,
               base::WallTime now) {
  html.open("tr", {{"role", "row"}, {"class", incident.recovered ? "calm" : "trouble"}});
  html.open("th", {{"scope", "row"}, {"role", "rowheader"}, {"class", "name"}});
  html.element("a", {{"href", fmt::format("{}incidents/{}", root, incident.id)}},
               title_of(incident));
  html.close();
  html.open("td", {{"role", "cell"}, {"class", "state"}});
  draw_icon(html, incident.fault);
  html.text(fmt::format("{} ", to_label(incident.fault)));
  html.element("code", {{"class", "outcome"}}, to_label(incident.outcome));
  html.close();
  html.open("td", {{"role", "cell"}, {"class", "when"}});
  write_when(html, incident, now);
  html.close();
  html.element("td", {{"role", "cell"}}, explain::length_text(incident, now));
  html.element("td", {{"role", "cell"}}, explain::failures_text(incident));
  html.close();
}

void write_crumbs(Html& html, const char* root, const std::string& here) {
  html.open("nav", {{"aria-label", "You are here"}, {"class", "crumbs"}});
  html.element("a", {{"href", root}}, "All tenants");
  html.text(" / ");
  if (here.empty()) {
    html.text("Incidents");
  } else {
    html.element("a", {{"href", std::string(root) + "incidents"}}, "Incidents");
    html.text(" / " + here);
  }
  html.close();
}

void write_facts(Html& html, const record::IncidentFacts& incident, base::WallTime now) {
  const auto figure = [&](const char* name, const std::string& value, const std::string& more) {
    html.open("div").element("dt", name).open("dd").element("b", value);
    html.element("span", {{"class", "quiet"}}, more).close().close();
  };
  html.open("dl", {{"class", "figures"}});
  figure("Length", explain::length_text(incident, now), incident.recovered ? "over" : "it lasts");
  figure("Failed", fmt::format("{}", incident.failures), explain::failures_text(incident));
  for (std::size_t i = 1; i < incident.counts.size(); ++i)
    if (incident.counts[i] > 0 && incident.counts[i] < incident.failures)
      figure("Of them", fmt::format("{}", incident.counts[i]),
             std::string(to_label(static_cast<model::Fault>(i))));
  html.close();
}

// The board of faults, over the incident and some time around it.
std::string incident_board(const WebPlace& place, const record::IncidentFacts& incident,
                           base::WallTime now) {
  constexpr base::Nanoseconds kAround = std::chrono::minutes(30);
  const auto milliseconds = [](base::WallTime when) {
    return fmt::format("{}", history::to_milliseconds(when));
  };
  const base::WallTime until = std::min(now, incident.recovered.value_or(now) + kAround);
  return board_url(place, "reinfer-faults",
                   {{"tenant", incident.tenant}, {"probe", incident.probe}}) +
         "&from=" + milliseconds(incident.since - kAround) + "&to=" + milliseconds(until);
}

// The faults in the order in which they came.
void write_timeline(Html& html, const record::IncidentFacts& incident, base::WallTime now) {
  struct Step {
    base::WallTime when;
    std::string words;
    model::Fault fault;
  };
  std::vector<Step> steps;
  for (std::size_t i = 1; i < incident.fault_since.size(); ++i) {
    const auto fault = static_cast<model::Fault>(i);
    if (incident.fault_since[i])
      steps.push_back({*incident.fault_since[i],
                       fmt::format("first failure of {}", explain::words_of(fault)), fault});
  }
  std::sort(steps.begin(), steps.end(),
            [](const Step& a, const Step& b) { return a.when < b.when; });
  if (incident.recovered)
    steps.push_back({*incident.recovered, "good again, and stayed so", model::Fault::none});
  html.element("h2", "What happened");
  html.open("ol", {{"class", "timeline"}});
  for (const Step& step : steps) {
    html.open("li");
    write_moment(html, step.when, now);
    html.text(" ");
    draw_icon(html, step.fault);
    html.text(" " + step.words).close();
  }
  html.close();
}

void write_ticket(Html& html, const record::IncidentFacts& incident, const std::string& markdown) {
  html.element("h2", "A ticket for the vendor");
  html.open("p", {{"class", "facts"}});
  html.element("button", {{"type", "button"}, {"class", "copy"}, {"data-copy", "ticket"}},
               "Copy ticket");
  html.element(
      "a",
      {{"href", fmt::format("{}/ticket.md", incident.id)}, {"download", ""}, {"class", "button"}},
      "Save as Markdown");
  html.element(
      "a",
      {{"href", fmt::format("{}/ticket.txt", incident.id)}, {"download", ""}, {"class", "button"}},
      "Save as text");
  html.close();
  html.open("pre", {{"tabindex", "0"}, {"class", "ticket"}, {"aria-label", "The ticket"}});
  html.element("code", {{"id", "ticket"}}, markdown).close();
}

}  // namespace

void write_incident_table(Html& html, const std::vector<record::IncidentFacts>& incidents,
                          const std::string& root, base::WallTime now) {
  html.open("table", {{"role", "table"}, {"class", "incidents"}, {"aria-label", "Incidents"}});
  html.open("thead", {{"role", "rowgroup"}}).open("tr", {{"role", "row"}});
  for (const char* column : {"Target", "Fault", "When", "Length", "Requests"})
    html.element("th", {{"role", "columnheader"}, {"scope", "col"}}, column);
  html.close().close().open("tbody", {{"role", "rowgroup"}});
  for (const record::IncidentFacts& incident : incidents)
    write_row(html, incident, root, now);
  html.close().close();
}

std::string render_incidents(const record::Snapshot& snapshot,
                             const std::vector<record::IncidentFacts>& incidents,
                             const std::string& tenant, const std::optional<std::string>& next,
                             const PageContext& context) {
  Html html;
  const PageFrame frame{"Incidents \xc2\xb7 reinfer_exporter", kAllRoot, false, "api/v1/incidents"};
  begin_page(html, snapshot, frame);
  write_crumbs(html, kAllRoot, "");
  html.element("h1", tenant.empty() ? "Incidents" : "Incidents of " + tenant);
  if (!tenant.empty())
    html.open("p").element("a", {{"href", "incidents"}}, "Those of all tenants").close();
  html.element("p", {{"class", "quiet note"}},
               fmt::format("From the first failure of a probe until {} good results in a row. With "
                           "fewer than {} failures it is a blip: it counts for availability and is "
                           "not listed.",
                           record::kGoodToRecover, record::kFailuresOfIncident));
  if (incidents.empty())
    html.element("p", "None that the history knows.");
  else
    write_incident_table(html, incidents, kAllRoot, snapshot.taken.wall);
  if (next)
    html.open("p")
        .element(
            "a",
            {{"href",
              fmt::format("incidents?{}cursor={}",
                          tenant.empty() ? "" : "tenant=" + base::encode_path_segment(tenant) + "&",
                          base::encode_path_segment(*next))}},
            "Older ones")
        .close();
  return end_page(html, snapshot, frame, context);
}

std::string render_incident(const record::Snapshot& snapshot, const record::IncidentFacts& incident,
                            const std::vector<model::ProbeResult>& evidence,
                            const std::optional<IncidentLatencies>& latencies,
                            const PageContext& context) {
  Html html;
  const PageFrame frame{fmt::format("Incident of {} \xc2\xb7 reinfer_exporter", title_of(incident)),
                        kOneRoot, !incident.recovered,
                        fmt::format("api/v1/incidents/{}", incident.id)};
  const base::WallTime now = snapshot.taken.wall;
  begin_page(html, snapshot, frame);
  write_crumbs(html, kOneRoot, title_of(incident));
  html.open("div", {{"class", "summary"}});
  html.element("h1", title_of(incident));
  html.open("p", {{"class", "state"}});
  draw_icon(html, incident.recovered ? model::Fault::none : incident.fault);
  html.element("strong", incident.recovered ? "over" : "lasts").text(" ");
  write_when(html, incident, now);
  html.close().close();
  const explain::OutcomeWords& words = explain::words_of(incident.outcome);
  html.open("div", {{"class", fault_class("advice", incident.fault)}});
  html.open("p").element("code", to_label(incident.outcome)).text(" ").text(words.what).close();
  html.open("p").element("b", "Next: ").text(words.next_step).text(" ");
  html.element("a", {{"href", runbook_url(incident.outcome)}}, "Runbook").close().close();
  html.open("p", {{"class", "facts quiet"}});
  if (incident.removed)
    html.element("span", "This target is not configured any more.");
  else
    html.element("a",
                 {{"href", fmt::format("{}target/{}/{}", kOneRoot,
                                       base::encode_path_segment(incident.tenant),
                                       base::encode_path_segment(incident.probe))}},
                 "The target now");
  if (!context.place.grafana_url.empty())
    html.element("a", {{"href", incident_board(context.place, incident, now)}}, "Grafana");
  if (incident.maintained) html.element("span", "It began in announced maintenance.");
  html.close();
  write_facts(html, incident, now);
  write_timeline(html, incident, now);
  if (latencies) write_incident_latencies(html, *latencies, now);
  write_ticket(html, incident,
               explain::incident_ticket({incident, evidence, snapshot.plan.get(), now},
                                        explain::TicketFormat::markdown));
  return end_page(html, snapshot, frame, context);
}

}  // namespace reinfer::page
