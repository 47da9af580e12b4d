#include "page/overview_table.h"

#include <fmt/format.h>

#include "base/text.h"
#include "explain/availability.h"
#include "explain/probe_status.h"
#include "page/charts.h"
#include "page/frame.h"
#include "page/objectives.h"

namespace reinfer::page {
namespace {

constexpr const char* kDash = "\xe2\x80\x93";

std::string quantiles_title(const std::optional<record::RecentQuantiles>& quantiles) {
  if (!quantiles) return "no ok probe in the last hour";
  return quantiles->count == 1
             ? "of the one ok probe of the last hour"
             : fmt::format("of the last {} ok probes, at most of an hour", quantiles->count);
}

class ProbeTable {
 public:
  ProbeTable(Html& html, const record::Snapshot& snapshot, const history::OverviewPast* past)
      : html_(html), snapshot_(snapshot), past_(past) {}

  void write(std::span<const model::TargetIndex> rows,
             std::span<const record::RecentResults> recents) {
    html_.open("table",
               {{"role", "table"},
                {"aria-label", "Probes of " + snapshot_.plan->target(rows.front()).tenant_name}});
    html_.open("thead", {{"role", "rowgroup"}}).open("tr", {{"role", "row"}});
    for (const char* column : {"Probe", "State", "Last result", "Available", "p50", "p95", "p99",
                               "Recent latencies", "Where the time goes"})
      html_.element("th", {{"role", "columnheader"}, {"scope", "col"}}, column);
    html_.close().close();
    html_.open("tbody", {{"role", "rowgroup"}});
    for (std::size_t row = 0; row < rows.size(); ++row)
      write_row(model::to_size(rows[row]), recents[row]);
    html_.close().close();
  }

 private:
  Html& open_cell(const char* style) {
    return html_.open("td", {{"class", style}, {"role", "cell"}});
  }

  void write_row(std::size_t index, const record::RecentResults& recent) {
    const model::Target& target = snapshot_.plan->targets()[index];
    const record::TargetRecord& record = snapshot_.targets[index];
    const explain::ProbeStatus status = explain::status_of(snapshot_, index);
    const base::WallTime now = snapshot_.taken.wall;
    const std::string name = target.tenant_name + "/" + target.probe;
    html_.open("tr", {{"role", "row"},
                      {"id", "p-" + name},
                      {"class", row_in_trouble(snapshot_, index) ? "trouble" : "calm"},
                      {"data-name", base::to_lower(name)}});
    html_.open("th", {{"scope", "row"}, {"role", "rowheader"}, {"class", "name"}});
    html_.element("a", {{"href", path_of(target)}}, target.probe).close();
    open_cell("state");
    write_state(html_, status, now);
    html_.close();
    const std::vector<record::RecentSample> samples = recent.samples();
    write_last(record, !samples.empty() && is_too_slow(samples.back(), target.objectives.latency),
               now);
    write_figures(recent, target, record);
    open_cell("recent");
    draw_sparkline(html_, samples, target.objectives.latency);
    html_.close();
    open_cell("where");
    const LatencySplit split = mean_split(samples);
    draw_split(html_, split);
    write_shares(split);
    html_.close().close();
  }

  void write_last(const record::TargetRecord& record, bool too_slow, base::WallTime now) {
    open_cell("last");
    if (!record.last) {
      html_.text(kDash).close();
      return;
    }
    const std::string code =
        record.last->http_status ? fmt::format("{} \xc2\xb7 ", *record.last->http_status) : "";
    html_.element("code", {{"class", "outcome"}}, to_label(record.last->outcome));
    if (too_slow) html_.text(" ").element("span", {{"class", "too-slow"}}, "too slow");
    html_.text(" ").open("span", {{"class", "quiet"}}).text(code);
    write_age(html_, record.last->finished, now);
    html_.close().close();
  }

  void write_figures(const record::RecentResults& recent, const model::Target& target,
                     const record::TargetRecord& record) {
    const base::MonoTime now = snapshot_.taken.mono;
    open_cell("available");
    for (const explain::AvailabilityFigure& figure : explain::availability_figures(recent, now))
      write_availability(figure);
    write_budget(target, record);
    html_.close();
    const auto quantiles = recent.quantiles(model::LatencyFigure::total, now);
    const auto write_quantile = [&](const char* label,
                                    std::uint32_t record::RecentQuantiles::*value) {
      html_.open("td", {{"class", "quantile"},
                        {"role", "cell"},
                        {"data-label", label},
                        {"title", quantiles_title(quantiles)}});
      html_.text(quantiles ? describe_microseconds((*quantiles).*value) : kDash).close();
    };
    write_quantile("p50", &record::RecentQuantiles::p50);
    write_quantile("p95", &record::RecentQuantiles::p95);
    write_quantile("p99", &record::RecentQuantiles::p99);
  }

  void write_availability(const explain::AvailabilityFigure& figure) {
    const record::AvailabilitySum& sum = figure.sum;
    html_.open("span",
               {{"class",
                 fmt::format("share{}{}", sum.bad > 0 ? " less" : "", figure.whole ? "" : " part")},
                {"title", fmt::format("{} good, {} bad, {} not counted, {} missed", sum.good,
                                      sum.bad, sum.excluded, base::counted(sum.missed, "slot"))}});
    html_.element("b", percent(sum.ratio()))
        .text((figure.whole ? " " : " of ") + figure.span)
        .close();
  }

  // The remaining error budget of availability.
  void write_budget(const model::Target& target, const record::TargetRecord& record) {
    std::optional<explain::ErrorBudget> budget;
    if (past_ != nullptr) {
      const auto found = past_->budgets.find({target.tenant_name, target.probe});
      if (found != past_->budgets.end())
        budget =
            remembered_availability(target.objectives, {found->second}, {}, snapshot_.taken.wall);
    }
    if (!budget)
      budget = explain::counted_budget(target.objectives, model::Objective::availability, record);
    if (!budget || budget->events == 0) return;
    const bool overspent = budget->spent().value_or(0) > 1;
    html_.open("span",
               {{"class", overspent ? "share less" : "share"},
                {"title", fmt::format("{} of {:.0f} events good since {} UTC, objective {:.6g} %",
                                      percent(budget->ratio()), budget->events,
                                      explain::clock_text(budget->since, snapshot_.taken.wall),
                                      budget->promised * 100)}});
    html_.text("budget " + budget_text(*budget)).close();
  }

  void write_shares(const LatencySplit& split) {
    if (split.samples == 0) return;
    html_.open("span", {{"class", "shares quiet"}});
    if (split.server > 0) {
      html_.element("span", "server " + describe_microseconds(split.server)).text(" ");
      html_.element("span", "path " + describe_microseconds(split.path));
    } else {
      html_.element("span", describe_microseconds(split.total()) + " in all");
    }
    html_.close();
  }

  Html& html_;
  const record::Snapshot& snapshot_;
  const history::OverviewPast* past_;
};

}  // namespace

bool row_in_trouble(const record::Snapshot& snapshot, std::size_t target) {
  const explain::ProbeState state = explain::status_of(snapshot, target).state;
  return state != explain::ProbeState::fine && state != explain::ProbeState::waiting;
}

void write_probe_table(Html& html, const record::Snapshot& snapshot,
                       std::span<const model::TargetIndex> rows,
                       std::span<const record::RecentResults> recents,
                       const history::OverviewPast* past) {
  ProbeTable(html, snapshot, past).write(rows, recents);
}

}  // namespace reinfer::page
