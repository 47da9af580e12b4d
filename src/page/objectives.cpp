#include "page/objectives.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/duration.h"
#include "page/frame.h"
#include "page/icons.h"

namespace reinfer::page {
namespace {

constexpr double kBarWidth = 160;
// Arithmetic with ratios such as 0.9 is off by less than this.
constexpr double kRounding = 1e-9;

base::WallTime window_begin(base::WallTime now) {
  const std::int64_t today = history::stretch_of(now, history::kDay);
  return history::begin_of(today - explain::kBudgetWindow / history::kDay + 1, history::kDay);
}

// Bad ones that count. By fault the history does not tell those that were excluded apart, so with a
// choice of faults there are at most so many.
std::uint64_t counted_bad(const model::AvailabilityObjective& objective,
                          const history::Availability& counts) {
  std::uint64_t of_counted_faults = 0;
  for (const model::Fault fault : model::kCountableFaults)
    if (model::counts(objective, fault))
      of_counted_faults += counts.faults[static_cast<std::size_t>(fault)];
  return std::min(counts.bad, of_counted_faults);
}

std::string whole_events(double events) {
  return fmt::format("{} {}", static_cast<std::uint64_t>(std::llround(events)),
                     std::llround(events) == 1 ? "event" : "events");
}

std::string promise(const model::Objectives& objectives, const ObjectiveFigure& figure) {
  const std::string ratio = fmt::format("{:.6g} %", figure.budget.promised * 100);
  if (figure.objective == model::Objective::availability) return ratio + " available";
  return fmt::format("{} within {}", ratio, base::describe_duration(objectives.latency->threshold));
}

void draw_budget(Html& html, const explain::ErrorBudget& budget) {
  const double left = std::clamp(1 - budget.spent().value_or(0), 0.0, 1.0);
  html.open("svg", {{"class", "split budget"},
                    {"viewBox", "0 0 160 10"},
                    {"preserveAspectRatio", "none"},
                    {"aria-hidden", "true"}});
  html.single("rect", {{"class", "nothing"}, {"width", "160"}, {"height", "10"}});
  html.single("rect",
              {{"class", "good"}, {"width", svg_number(kBarWidth * left)}, {"height", "10"}});
  html.close();
}

void write_figure(Html& html, const model::Objectives& objectives, const ObjectiveFigure& figure,
                  base::WallTime now) {
  const explain::ErrorBudget& budget = figure.budget;
  const bool spent = budget.spent().value_or(0) > 1;
  html.open("div", {{"class", spent ? "objective spent" : "objective"}});
  html.element("dt", promise(objectives, figure)).open("dd");
  html.element("b", budget_text(budget));
  draw_budget(html, budget);
  html.open("span", {{"class", "quiet"}});
  if (const auto ratio = budget.ratio())
    html.text(fmt::format("{}{} of {} good", budget.estimated ? "about " : "", percent(ratio),
                          whole_events(budget.events)));
  else
    html.text("Nothing judged");
  html.text(" since ");
  write_moment(html, budget.since, now);
  if (budget.watched) html.text(fmt::format(", {} watched", percent(budget.watched)));
  html.close().close().close();
}

}  // namespace

std::optional<explain::ErrorBudget> remembered_availability(
    const model::Objectives& objectives, const std::vector<history::StretchRow>& days,
    base::WallTime first, base::WallTime now) {
  if (!objectives.availability) return std::nullopt;
  const base::WallTime begin = window_begin(now);
  explain::ErrorBudget budget;
  budget.promised = objectives.availability->ratio;
  double due = 0;
  double results = 0;
  for (const history::StretchRow& day : days) {
    if (day.begin < begin) continue;
    const std::uint64_t bad = counted_bad(*objectives.availability, day.counts);
    if (budget.since == base::WallTime{}) budget.since = std::max(day.begin, first);
    budget.events += static_cast<double>(day.counts.good + bad);
    budget.bad += static_cast<double>(bad);
    results += static_cast<double>(day.counts.results());
    due += day.due_until(now, first);
  }
  if (budget.events == 0) return std::nullopt;
  if (due > 0) budget.watched = std::min(1.0, results / std::max(1.0, due));
  return budget;
}

std::optional<explain::ErrorBudget> remembered_latency(const model::Objectives& objectives,
                                                       const std::vector<history::LatencyRow>& days,
                                                       base::WallTime first, base::WallTime now) {
  if (!objectives.latency) return std::nullopt;
  const base::WallTime begin = window_begin(now);
  const double threshold = base::to_seconds(objectives.latency->threshold);
  explain::ErrorBudget budget;
  budget.promised = objectives.latency->ratio;
  budget.estimated = true;
  for (const history::LatencyRow& day : days) {
    const record::NativeHistogram& total =
        day.figures[static_cast<std::size_t>(model::LatencyFigure::total)];
    if (day.begin < begin || total.count() == 0) continue;
    if (budget.events == 0) budget.since = std::max(day.begin, first);
    budget.events += static_cast<double>(total.count());
    budget.bad += static_cast<double>(total.count()) - history::count_up_to(total, threshold);
  }
  if (budget.events == 0) return std::nullopt;
  return budget;
}

std::vector<ObjectiveFigure> objective_figures(const model::Objectives& objectives,
                                               const record::TargetRecord& record,
                                               const std::optional<TargetHistory>& history,
                                               base::WallTime now) {
  std::vector<ObjectiveFigure> figures;
  const auto add = [&](model::Objective objective, std::optional<explain::ErrorBudget> remembered) {
    auto budget = remembered ? remembered : explain::counted_budget(objectives, objective, record);
    if (budget) figures.push_back({objective, *budget});
  };
  const base::WallTime first = history ? history->first.value_or(base::WallTime{}) : now;
  add(model::Objective::availability,
      history ? remembered_availability(objectives, history->days, first, now) : std::nullopt);
  add(model::Objective::latency,
      history ? remembered_latency(objectives, history->latency_days, first, now) : std::nullopt);
  return figures;
}

std::string budget_text(const explain::ErrorBudget& budget) {
  if (budget.events == 0) return "no event yet";
  const auto spent = budget.spent();
  if (!spent) return budget.bad > 0 ? "missed" : "kept";
  if (*spent <= 1) return fmt::format("{:.0f} % left", std::floor((1 - *spent) * 100 + kRounding));
  return fmt::format("spent {:.3g} times", std::ceil(*spent * 100 - kRounding) / 100);
}

void write_objectives(Html& html, const model::Objectives& objectives,
                      const std::vector<ObjectiveFigure>& figures, base::WallTime now) {
  if (figures.empty()) return;
  html.element("h2", {{"id", "objectives"}}, "Error budget");
  html.open("dl", {{"class", "figures objectives"}});
  for (const ObjectiveFigure& figure : figures)
    write_figure(html, objectives, figure, now);
  html.close();
  html.open("p", {{"class", "quiet note"}});
  html.text(
      "The budget is the share of events that may be bad; an objective is held to the last 30 "
      "days, "
      "or to as much of them as is known.");
  html.close();
}

}  // namespace reinfer::page
