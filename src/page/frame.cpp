#include "page/frame.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cmath>

#include "base/duration.h"
#include "base/text.h"
#include "base/version.h"
#include "explain/glossary.h"
#include "page/assets.h"
#include "page/charts.h"
#include "page/icons.h"

namespace reinfer::page {
namespace {

constexpr std::size_t kProblemsShown = 10;
constexpr const char* kRefreshSeconds = "60";

std::string iso(base::WallTime t, const char* between, const char* after) {
  const std::time_t seconds =
      std::chrono::floor<std::chrono::seconds>(t.time_since_epoch()).count();
  return fmt::format("{:%Y-%m-%d}{}{:%H:%M:%S}{}", fmt::gmtime(seconds), between,
                     fmt::gmtime(seconds), after);
}

void write_head(Html& html, const PageFrame& frame) {
  html.open("head");
  html.single("meta", {{"charset", "utf-8"}});
  html.single("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}});
  html.single("meta", {{"name", "color-scheme"}, {"content", "light dark"}});
  html.single("meta", {{"name", "referrer"}, {"content", "no-referrer"}});
  html.element("title", frame.title);
  html.single("link",
              {{"rel", "icon"},
               {"id", "favicon"},
               {"type", "image/svg+xml"},
               {"href", frame.root + asset_path(frame.trouble ? "trouble.svg" : "fine.svg")},
               {"data-lost", frame.root + asset_path("lost.svg")}});
  html.single("link", {{"rel", "stylesheet"}, {"href", frame.root + asset_path("page.css")}});
  html.open("script", {{"src", frame.root + asset_path("page.js")}, {"defer", ""}}).close();
  if (frame.refreshes)
    html.open("noscript")
        .single("meta", {{"http-equiv", "refresh"}, {"content", kRefreshSeconds}})
        .close();
  html.close();
}

void write_banners(Html& html, const record::Snapshot& snapshot) {
  html.open("div", {{"class", "banner lost"}, {"id", "lost"}, {"role", "alert"}, {"hidden", ""}});
  html.close();
  if (snapshot.exporter.last_reload_successful) return;
  html.open("div", {{"class", "banner"}, {"id", "reload-failed"}, {"role", "alert"}});
  html.element("strong", "The last reload failed.");
  html.text(" The configuration before it is still in force.");
  const auto& problems = snapshot.exporter.reload_problems;
  if (!problems.empty()) {
    html.open("ul");
    for (std::size_t i = 0; i < std::min(problems.size(), kProblemsShown); ++i)
      html.element("li", problems[i]);
    if (problems.size() > kProblemsShown)
      html.element("li", fmt::format("and {} more, in the log", problems.size() - kProblemsShown));
    html.close();
  }
  html.close();
}

void write_legend(Html& html) {
  html.open("details", {{"class", "legend"}, {"id", "legend"}});
  html.element("summary", "What the colours and shapes mean");
  html.open("div", {{"class", "legend-body"}});
  struct Row {
    model::Fault fault;
    const char* words;
  };
  html.open("ul");
  for (const Row& row :
       {Row{model::Fault::none, "fine"}, Row{model::Fault::platform, "platform"},
        Row{model::Fault::edge, "gateway or edge"}, Row{model::Fault::network, "network"},
        Row{model::Fault::credentials, "credentials"}, Row{model::Fault::request, "our request"},
        Row{model::Fault::monitor, "this monitor"}}) {
    html.open("li");
    draw_icon(html, row.fault);
    html.text(row.words).close();
  }
  html.close();
  struct Phase {
    const char* style;
    const char* words;
  };
  html.open("ul");
  for (const Phase& row :
       {Phase{"resolve", "resolve"}, Phase{"connect", "connect"}, Phase{"tls", "TLS"},
        Phase{"send", "send"}, Phase{"server", "server time"}, Phase{"path", "path"},
        Phase{"unsplit", "server time and path, not told apart"}, Phase{"receive", "receive"}}) {
    html.open("li");
    draw_phase_key(html, row.style);
    html.text(row.words).close();
  }
  html.open("li");
  draw_late_key(html);
  html.text("too slow: ok, but above the latency objective").close();
  html.close().close().close();
}

void write_glossary(Html& html) {
  html.open("details", {{"class", "legend"}, {"id", "glossary"}});
  html.element("summary", "What the words mean");
  html.open("dl", {{"class", "glossary"}});
  for (const explain::GlossaryEntry& entry : explain::glossary())
    html.element("dt", std::string(entry.word)).element("dd", std::string(entry.meaning));
  html.close().close();
}

}  // namespace

std::string page_head(const PageFrame& frame) {
  Html html;
  html.open("html", {{"lang", "en"}});
  write_head(html, frame);
  return kDoctype + html.take_so_far();
}

void begin_page(Html& html, const record::Snapshot& snapshot, const PageFrame& frame) {
  html.open("html", {{"lang", "en"}});
  write_head(html, frame);
  html.open("body");
  draw_symbols(html);
  html.element("a", {{"class", "skip"}, {"href", "#main"}}, "Skip to the content");
  html.open("header", {{"class", "top"}});
  html.element("a", {{"class", "product"}, {"href", frame.root.empty() ? "./" : frame.root}},
               "reinfer_exporter");
  html.open("p", {{"class", "updated"}, {"id", "updated"}}).text("as of ");
  write_second(html, snapshot.taken.wall);
  html.close();
  if (!frame.still)
    html.open("noscript").element("a", {{"class", "update"}, {"href", ""}}, "Update now").close();
  html.close();
  html.open("p", {{"class", "unseen"}, {"id", "announce"}, {"role", "status"}}).close();
  html.open("main", {{"id", "main"}, {frame.still ? "data-still" : "", ""}});
  write_banners(html, snapshot);
}

void write_foot(Html& html, const record::Snapshot& snapshot, const PageFrame& frame,
                const PageContext& context) {
  html.close();
  html.open("footer");
  write_legend(html);
  write_glossary(html);
  html.open("p");
  html.text(
      fmt::format("Version {} ({}) ", base::build_info().version, base::build_info().revision));
  html.text("\xc2\xb7 configuration in force since ");
  write_moment(html, snapshot.exporter.plan_loaded, snapshot.taken.wall);
  html.text(" \xc2\xb7 ");
  if (context.has_history) {
    html.element("a", {{"href", frame.root + "incidents"}}, "incidents");
    html.text(" \xc2\xb7 ");
  }
  if (!frame.json.empty()) {
    html.element("a", {{"href", frame.root + frame.json}}, "JSON");
    html.text(" \xc2\xb7 ");
  }
  html.element("a", {{"href", frame.root + context.telemetry_path.substr(1)}}, "metrics");
  html.text(" \xc2\xb7 ");
  html.element("a", {{"href", kRunbooks}}, "runbooks");
  if (!context.place.grafana_url.empty()) {
    html.text(" \xc2\xb7 ");
    html.element("a", {{"href", board_url(context.place, "reinfer-overview", {})}}, "Grafana");
  }
  html.close().close();
  html.close().close();
}

std::string end_page(Html& html, const record::Snapshot& snapshot, const PageFrame& frame,
                     const PageContext& context) {
  write_foot(html, snapshot, frame, context);
  return kDoctype + html.take() + "\n";
}

void write_moment(Html& html, base::WallTime moment, base::WallTime now) {
  html.element("time", {{"datetime", iso(moment, "T", "Z")}, {"title", iso(moment, " ", " UTC")}},
               explain::clock_text(moment, now) + " UTC");
}

void write_stretch(Html& html, base::WallTime begin, base::WallTime end, base::WallTime now) {
  write_moment(html, begin, now);
  html.text(" to ");
  const std::string among_days = explain::clock_text(end, begin);
  const std::string today = explain::clock_text(end, now);
  html.element("time",
               {{"datetime", iso(end, "T", "Z")},
                {"title", iso(end, " ", " UTC")},
                {"data-since", iso(begin, "T", "Z")}},
               (among_days.size() > today.size() ? among_days : today) + " UTC");
}

void write_second(Html& html, base::WallTime moment) {
  const std::string utc = iso(moment, " ", " UTC");
  html.element("time",
               {{"datetime", iso(moment, "T", "Z")}, {"data-style", "seconds"}, {"title", utc}},
               utc.substr(11));
}

void write_words(Html& html, const explain::Verdict& verdict, base::WallTime now) {
  for (const explain::Phrase& phrase : verdict.words) {
    if (phrase.time)
      write_moment(html, *phrase.time, now);
    else
      html.text(phrase.text);
  }
}

void write_age(Html& html, base::WallTime moment, base::WallTime now) {
  const base::Nanoseconds age = std::max(base::Nanoseconds::zero(), now - moment);
  const base::Nanoseconds whole = std::chrono::floor<std::chrono::seconds>(age);
  html.element(
      "time",
      {{"datetime", iso(moment, "T", "Z")},
       {"data-style", "age"},
       {"title", iso(moment, " ", " UTC")}},
      whole == base::Nanoseconds::zero() ? "now" : base::describe_duration(whole) + " ago");
}

void write_state(Html& html, const explain::ProbeStatus& status, base::WallTime now) {
  if (status.state == explain::ProbeState::paused || status.state == explain::ProbeState::waiting)
    draw_state_icon(html, status.state == explain::ProbeState::paused ? "paused" : "waiting");
  else
    draw_icon(html,
              status.state == explain::ProbeState::stale ? model::Fault::monitor : status.fault);
  html.open("span", {{"class", "state-words"}});
  html.element("strong", to_label(status.state));
  if (status.state == explain::ProbeState::failing ||
      status.state == explain::ProbeState::recovering)
    html.text(fmt::format(" {}", to_label(status.fault)));
  if (status.paused_by) html.text(fmt::format(" ({})", to_label(*status.paused_by)));
  const bool told = status.state != explain::ProbeState::fine && status.since.has_value();
  if (told) {
    html.text(" ").open("span", {{"class", "since"}}).text("since ");
    write_moment(html, *status.since, now);
    html.close();
  }
  html.close();
}

std::string path_of(const model::Target& target) {
  return fmt::format("target/{}/{}", base::encode_path_segment(target.tenant_name),
                     base::encode_path_segment(target.probe));
}

std::string percent(const std::optional<double>& ratio) {
  if (!ratio) return "\xe2\x80\x93";
  if (*ratio >= 1) return "100 %";
  return fmt::format("{:.2f} %", std::floor(*ratio * 10000) / 100);
}

}  // namespace reinfer::page
