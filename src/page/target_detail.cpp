#include <fmt/format.h>

#include <algorithm>

#include "base/duration.h"
#include "base/text.h"
#include "explain/availability.h"
#include "explain/outcome_words.h"
#include "page/charts.h"
#include "page/day_bars.h"
#include "page/evidence_list.h"
#include "page/frame.h"
#include "page/icons.h"
#include "page/incidents.h"
#include "page/objectives.h"
#include "page/page.h"
#include "page/range_charts.h"

namespace reinfer::page {
namespace {

constexpr std::size_t kWaterfalls = 10;
constexpr std::size_t kIncidentsShown = 20;
constexpr const char* kRoot = "../../";

// The longest ok sample, so that a timeout does not flatten the others; without an ok one, the
// longest of all. 0 if nothing was measured.
double longest_of(const std::vector<record::RecentSample>& samples) {
  double good = 0;
  double all = 0;
  for (const record::RecentSample& sample : samples) {
    const double total = split_of(sample).total();
    all = std::max(all, total);
    if (sample.outcome == model::Outcome::ok) good = std::max(good, total);
  }
  return good > 0 ? good : all;
}

class TargetPage {
 public:
  TargetPage(Html& html, const record::Snapshot& snapshot, model::TargetIndex index,
             const record::Evidence& evidence, const PageContext& context,
             const std::optional<TargetHistory>& history, const std::optional<RangeFigures>& range)
      : html_(html),
        snapshot_(snapshot),
        target_(snapshot.plan->target(index)),
        record_(snapshot.targets.at(model::to_size(index))),
        status_(explain::status_of(snapshot, model::to_size(index))),
        verdict_(explain::judge_tenants(snapshot).at(model::to_size(target_.tenant))),
        evidence_(evidence),
        context_(context),
        history_(history),
        range_(range),
        samples_(evidence.recent().samples()) {}

  PageFrame frame() const {
    PageFrame frame;
    frame.title = fmt::format("{}/{} {} \xc2\xb7 reinfer_exporter", target_.tenant_name,
                              target_.probe, to_label(status_.state));
    frame.root = kRoot;
    frame.trouble = status_.state == explain::ProbeState::failing;
    frame.json = fmt::format("api/v1/targets/{}/{}", base::encode_path_segment(target_.tenant_name),
                             base::encode_path_segment(target_.probe));
    return frame;
  }

  void write() {
    write_title();
    write_figures();
    write_objectives(html_, target_.objectives,
                     objective_figures(target_.objectives, record_, history_, now()), now());
    write_range_links(html_, base::encode_path_segment(target_.probe),
                      range_ ? range_->range : nullptr, context_.has_history);
    if (range_)
      write_range(html_, *range_, target_.objectives.latency, context_.has_history, now());
    else
      write_last_probes();
    if (history_) write_history(*history_);
    write_evidence_list(html_, *snapshot_.plan, target_, evidence_, now());
  }

 private:
  base::WallTime now() const { return snapshot_.taken.wall; }
  base::WallTime moment(base::MonoTime t) const { return explain::wall_of(t, snapshot_.taken); }

  void write_title() {
    html_.open("nav", {{"aria-label", "You are here"}, {"class", "crumbs"}});
    html_.element("a", {{"href", kRoot}}, "All tenants");
    html_.text(" / ");
    html_.element("a", {{"href", kRoot + std::string("#t-") + target_.tenant_name}},
                  target_.tenant_name);
    html_.close();
    html_.open("div", {{"class", "summary"}});
    html_.element("h1", target_.probe);
    html_.open("p", {{"class", "state probe-state"}});
    write_state(html_, status_, now());
    html_.close().close();
    html_.open("p", {{"class", "verdict tenant-verdict"},
                     {"data-state", std::string(to_label(verdict_.state))}});
    html_.element("b", target_.tenant_name).text(": ");
    write_words(html_, verdict_, now());
    html_.close();
    if (record_.last && record_.last->outcome != model::Outcome::ok) write_advice(*record_.last);
    html_.open("p", {{"class", "facts quiet"}});
    html_.element("span", {{"class", "url"}}, target_.method + " " + target_.url);
    html_.element("span", "every " + base::describe_duration(target_.interval));
    html_.element("span", "gives up after " + base::describe_duration(target_.deadlines.total));
    html_.element("span", target_.connection == model::ConnectionMode::fresh
                              ? "a new connection each time"
                              : "reuses its connection");
    if (!context_.place.grafana_url.empty())
      html_.element(
          "a",
          {{"href", board_url(context_.place, "reinfer-overview",
                              {{"tenant", target_.tenant_name}, {"probe", target_.probe}})}},
          "Grafana");
    html_.close();
  }

  // The meaning of the last result, and the next step.
  void write_advice(const record::LastResult& result) {
    const explain::OutcomeWords& words = explain::words_of(result.outcome, result.cause);
    const auto fault = to_label(model::fault_of(result.outcome));
    html_.open("div", {{"class", fmt::format("advice f-{}", fault)}});
    html_.open("p").element("code", to_label(result.outcome)).text(" ").text(words.what).close();
    html_.open("p").element("b", "Next: ").text(words.next_step).text(" ");
    html_.element("a", {{"href", runbook_url(result.outcome)}}, "Runbook").close();
    html_.close();
  }

  void figure(const std::string& name, const std::string& value, const std::string& more) {
    html_.open("div").element("dt", name).open("dd");
    html_.element("b", value);
    html_.element("span", {{"class", "quiet"}}, more);
    html_.close().close();
  }

  void write_figures() {
    const record::RecentResults& recent = evidence_.recent();
    const base::MonoTime mono = snapshot_.taken.mono;
    const auto availability = [&](const explain::AvailabilityFigure& shown) {
      const record::AvailabilitySum& sum = shown.sum;
      std::string more = fmt::format("{} of {} good", sum.good, sum.good + sum.bad);
      if (sum.excluded > 0) more += fmt::format(", {} not counted", sum.excluded);
      if (sum.missed > 0) more += ", " + base::counted(sum.missed, "slot") + " missed";
      figure("Available, " + shown.span, percent(sum.ratio()), more);
    };
    html_.open("dl", {{"class", "figures"}});
    for (const explain::AvailabilityFigure& shown : explain::availability_figures(recent, mono))
      availability(shown);
    figure("Slots probed", fmt::format("{}", record_.results()),
           record_.skips() == 0 ? std::string("none skipped")
                                : fmt::format("{} skipped", record_.skips()));
    if (const auto quantiles = recent.quantiles(model::LatencyFigure::total, mono)) {
      const std::string of = "of " + base::counted(quantiles->count, "ok probe");
      figure("p50", describe_microseconds(quantiles->p50), of);
      figure("p95", describe_microseconds(quantiles->p95), of);
      figure("p99", describe_microseconds(quantiles->p99),
             quantiles->count < 100 ? of + ": the slowest" : of);
    }
    html_.close();
    html_.element("p", {{"class", "quiet note"}},
                  fmt::format("{} since the exporter started. Quantiles are measured latencies of "
                              "the last hour, of {} ok probes at most.",
                              history_ ? "Slots are counted" : "Kept in memory",
                              record::RecentResults::kLatenciesKept));
  }

  void write_ends(std::optional<base::WallTime> first) {
    html_.open("p", {{"class", "ends quiet"}});
    if (first) write_moment(html_, *first, now());
    html_.element("span", "now").close();
  }

  void write_day() {
    const auto day = evidence_.recent().day(snapshot_.taken.mono);
    html_.element("h2", "The last day");
    draw_day(html_, day);
    write_ends(evidence_.recent().first()
                   ? std::optional(moment(evidence_.recent().day_bin_start(day.front().number)))
                   : std::nullopt);
  }

  void write_last_probes() {
    write_day();
    write_latencies();
    write_waterfalls();
  }

  void write_history(const TargetHistory& history) {
    html_.element("h2", fmt::format("The last {} days", kDaysShown));
    const IncidentsByDay by_day = count_by_day(history.incidents, now());
    draw_strip(html_, last_days(now()), history.days, by_day, now());
    html_.open("p", {{"class", "ends quiet"}});
    html_.element("span", date_text(now() - history::kDay * (kDaysShown - 1)));
    html_.element("span", "today").close();
    write_stretch_table(html_, "The days", history.days, now(), &by_day);
    if (history.incidents.empty()) return;
    html_.element("h2", "Incidents");
    const std::size_t shown = std::min(history.incidents.size(), kIncidentsShown);
    const auto begin = history.incidents.begin();
    write_incident_table(html_, {begin, begin + static_cast<std::ptrdiff_t>(shown)}, kRoot, now());
    if (history.incidents.size() == shown) return;
    html_.open("p").element("a",
                            {{"href", kRoot + std::string("incidents?tenant=") +
                                          base::encode_path_segment(target_.tenant_name)}},
                            "All incidents of " + target_.tenant_name);
    html_.close();
  }

  void write_latencies() {
    html_.element("h2", "Latency");
    if (samples_.empty()) {
      html_.element("p", {{"class", "quiet"}}, "Not probed yet.");
      return;
    }
    const double longest = scale_of(longest_of(samples_), target_.objectives.latency);
    html_.open("div", {{"class", "chart-frame"}});
    html_.open("div", {{"class", "axis quiet"}, {"aria-hidden", "true"}});
    for (const double mark : {longest, longest / 2})
      html_.element("span", longest > 0 ? describe_microseconds(mark) : "");
    html_.element("span", "0");
    html_.close();
    draw_latencies(html_, samples_, longest > 0 ? longest : 1, target_.objectives.latency);
    html_.close();
    html_.open("p", {{"class", "quiet note"}});
    html_.text(samples_.size() == 1 ? "One probe so far, at "
                                    : fmt::format("The last {} probes since ", samples_.size()));
    write_moment(html_, moment(samples_.front().finished), now());
    html_.text(
        ": one bar each, the latest on the right, split as the legend says. Failed ones are pale, "
        "cut off at the top, and marked below.");
    write_limit(longest);
    html_.close();
  }

  // The latency objective in words: in view as a line, or why not.
  void write_limit(double longest) {
    const auto& objective = target_.objectives.latency;
    if (!objective) return;
    const bool in_view = base::to_seconds(objective->threshold) * 1e6 <= longest;
    html_.text(fmt::format(" {} the objective, {}: good probes above it are too slow.",
                           in_view ? "The line is" : "Far above the chart lies",
                           base::describe_duration(objective->threshold)));
  }

  void write_waterfalls() {
    if (samples_.empty()) return;
    html_.element("h2", "Last probes");
    const std::size_t count = std::min(samples_.size(), kWaterfalls);
    double longest = 1;
    for (auto sample = samples_.rbegin(); sample != samples_.rbegin() + static_cast<long>(count);
         ++sample)
      longest = std::max(longest, split_of(*sample).total());
    html_.open("table",
               {{"role", "table"}, {"class", "waterfalls"}, {"aria-label", "Last probes"}});
    html_.open("thead", {{"role", "rowgroup"}}).open("tr", {{"role", "row"}});
    for (const char* column : {"When", "Result", "Took", "Where the time went"})
      html_.element("th", {{"role", "columnheader"}, {"scope", "col"}}, column);
    html_.close().close().open("tbody", {{"role", "rowgroup"}});
    for (std::size_t i = 0; i < count; ++i)
      write_waterfall(samples_[samples_.size() - 1 - i], longest);
    html_.close().close();
  }

  void write_waterfall(const record::RecentSample& sample, double longest) {
    html_.open("tr", {{"role", "row"}});
    html_.open("td", {{"role", "cell"}, {"class", "when"}});
    write_second(html_, moment(sample.finished));
    html_.close().open("td", {{"role", "cell"}, {"class", "state"}});
    draw_icon(html_, model::fault_of(sample.outcome));
    html_.element("code", {{"class", "outcome"}}, to_label(sample.outcome));
    if (is_too_slow(sample, target_.objectives.latency))
      html_.text(" ").element("span", {{"class", "too-slow"}}, "too slow");
    if (sample.http_status > 0) html_.text(fmt::format(" {}", sample.http_status));
    html_.close().open("td", {{"role", "cell"}, {"class", "took"}});
    html_.text(sample.total == record::RecentSample::kAbsent ? "\xe2\x80\x93"
                                                             : describe_microseconds(sample.total));
    html_.close().open("td", {{"role", "cell"}, {"class", "wide"}});
    draw_waterfall(html_, sample, longest);
    html_.close().close();
  }

  Html& html_;
  const record::Snapshot& snapshot_;
  const model::Target& target_;
  const record::TargetRecord& record_;
  const explain::ProbeStatus status_;
  const explain::Verdict verdict_;
  const record::Evidence& evidence_;
  const PageContext& context_;
  const std::optional<TargetHistory>& history_;
  const std::optional<RangeFigures>& range_;
  const std::vector<record::RecentSample> samples_;
};

}  // namespace

std::string render_target_page(const record::Snapshot& snapshot, model::TargetIndex target,
                               const record::Evidence& evidence, const PageContext& context,
                               const std::optional<TargetHistory>& history,
                               const std::optional<RangeFigures>& range) {
  Html html;
  TargetPage page(html, snapshot, target, evidence, context, history, range);
  const PageFrame frame = page.frame();
  begin_page(html, snapshot, frame);
  page.write();
  return end_page(html, snapshot, frame, context);
}

}  // namespace reinfer::page
