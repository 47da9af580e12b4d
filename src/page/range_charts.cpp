#include "page/range_charts.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "page/charts.h"
#include "page/day_bars.h"
#include "page/frame.h"
#include "page/icons.h"

namespace reinfer::page {
namespace {

constexpr double kHeight = 120;
constexpr double kWidth = 480;
constexpr double kTick = 1.5;

std::string seconds_text(double seconds) {
  return describe_microseconds(seconds * 1e6);
}

std::string words_of(const LatencyStretch& stretch) {
  return fmt::format("{}: p50 {}, p95 {}, p99 {} of {} ok",
                     stretch_text(stretch.begin, stretch.width), seconds_text(stretch.p50),
                     seconds_text(stretch.p95), seconds_text(stretch.p99), stretch.count);
}

class LatencyBars {
 public:
  LatencyBars(Html& html, const RangeFigures& figures, double longest, base::WallTime now)
      : html_(html),
        count_(static_cast<std::size_t>(figures.range->span / figures.range->latency)),
        begin_(first_of_range(*figures.range, figures.range->latency, now)),
        width_(figures.range->latency),
        step_(kWidth / static_cast<double>(count_)),
        longest_(longest) {
    for (const LatencyStretch& stretch : figures.latencies)
      known_[(stretch.begin - begin_) / base::Nanoseconds(width_)] = &stretch;
  }

  void draw(const LatencyLimit& limit) {
    html_.open("svg",
               {{"class", "chart range"},
                {"role", "img"},
                {"viewBox", fmt::format("0 0 {} {}", svg_number(kWidth), svg_number(kHeight))},
                {"preserveAspectRatio", "none"}});
    html_.element("title", fmt::format("Latencies of {} of {} stretches", known_.size(), count_));
    for (std::size_t i = 0; i < count_; ++i) {
      const auto found = known_.find(static_cast<std::int64_t>(i));
      if (found == known_.end())
        draw_unknown(i);
      else
        draw_known(*found->second, i);
    }
    draw_limit(html_, limit, longest_ * 1e6, kWidth, kHeight);
    html_.close();
  }

 private:
  // From a height down to the ground, or only its top.
  void bar(const char* style, std::size_t i, double height, double drawn) {
    html_.single("rect", {{"class", style},
                          {"x", fmt::format("{:.2f}", step_ * static_cast<double>(i))},
                          {"y", svg_number(kHeight - height)},
                          {"width", fmt::format("{:.2f}", step_ * 0.84)},
                          {"height", svg_number(drawn)}});
  }

  void draw_unknown(std::size_t i) {
    html_.open("g").element(
        "title",
        stretch_text(begin_ + base::Nanoseconds(width_) * static_cast<std::int64_t>(i), width_) +
            ": not known");
    bar("nothing", i, kHeight, kHeight);
    html_.close();
  }

  void draw_known(const LatencyStretch& stretch, std::size_t i) {
    html_.open("g").element("title", words_of(stretch));
    const auto height = [&](double value) {
      return std::clamp(kHeight * value / longest_, 0.6, kHeight);
    };
    bar("q95", i, height(stretch.p95), height(stretch.p95));
    bar("q50", i, height(stretch.p50), height(stretch.p50));
    bar("q99", i, std::max(height(stretch.p99), kTick), kTick);
    html_.close();
  }

  Html& html_;
  const std::size_t count_;
  const base::WallTime begin_;
  const std::chrono::seconds width_;
  const double step_;
  const double longest_;
  std::map<std::int64_t, const LatencyStretch*> known_;  // by position
};

void write_ends(Html& html, base::WallTime first, base::WallTime now) {
  html.open("p", {{"class", "ends quiet"}});
  write_moment(html, first, now);
  html.element("span", "now").close();
}

void write_latency_table(Html& html, const std::vector<LatencyStretch>& stretches) {
  html.open("details", {{"class", "legend"}});
  html.element("summary", "The latencies in figures");
  html.open("div", {{"class", "scroll"},
                    {"role", "region"},
                    {"aria-label", "The latencies in figures"},
                    {"tabindex", "0"}});
  html.open("table", {{"role", "table"}, {"class", "stretches"}, {"aria-label", "The latencies"}});
  html.open("thead", {{"role", "rowgroup"}}).open("tr", {{"role", "row"}});
  for (const char* column : {"When (UTC)", "p50", "p95", "p99", "Ok probes"})
    html.element("th", {{"role", "columnheader"}, {"scope", "col"}}, column);
  html.close().close().open("tbody", {{"role", "rowgroup"}});
  for (auto stretch = stretches.rbegin(); stretch != stretches.rend(); ++stretch) {
    html.open("tr", {{"role", "row"}});
    for (const std::string& text : {stretch_text(stretch->begin, stretch->width).substr(0, 16),
                                    seconds_text(stretch->p50), seconds_text(stretch->p95),
                                    seconds_text(stretch->p99), fmt::format("{}", stretch->count)})
      html.element("td", {{"role", "cell"}}, text);
    html.close();
  }
  html.close().close().close().close();
}

void write_latencies(Html& html, const RangeFigures& figures, const LatencyLimit& limit,
                     base::WallTime now) {
  html.element("h3", "Latency");
  if (figures.latencies.empty()) {
    html.element("p", {{"class", "quiet"}}, "No latency is known in this range.");
    return;
  }
  double longest = 0;
  for (const LatencyStretch& stretch : figures.latencies)
    longest = std::max(longest, stretch.p99);
  longest = scale_of(longest * 1e6, limit) / 1e6;
  html.open("div", {{"class", "chart-frame"}});
  html.open("div", {{"class", "axis quiet"}, {"aria-hidden", "true"}});
  for (const double mark : {longest, longest / 2})
    html.element("span", seconds_text(mark));
  html.element("span", "0").close();
  LatencyBars(html, figures, longest, now).draw(limit);
  html.close();
  write_ends(html, first_of_range(*figures.range, figures.range->latency, now), now);
  html.element(
      "p", {{"class", "quiet note"}},
      "One bar for each stretch, of good probes: up to p50 dark, up to p95 paler, a line at "
      "p99. A grey column is not known.");
  write_latency_table(html, figures.latencies);
}

}  // namespace

void write_range_links(Html& html, const std::string& here, const Range* chosen, bool has_history) {
  html.open("nav", {{"class", "ranges"}, {"id", "ranges"}, {"aria-label", "Range"}});
  const auto link = [&](const std::string& href, std::string_view label, bool current) {
    html.element("a", {{"href", href}, {current ? "aria-current" : "", "true"}}, label);
  };
  link(here, "Last probes", chosen == nullptr);
  for (const Range& range : kRanges)
    if (has_history || range.recent)
      link(fmt::format("{}?range={}", here, range.name), range.label, chosen == &range);
  html.close();
}

void write_range(Html& html, const RangeFigures& figures,
                 const std::optional<model::LatencyObjective>& objective, bool has_history,
                 base::WallTime now) {
  const Range& range = *figures.range;
  html.element("h2", fmt::format("The last {}", range.label));
  html.element("h3", "Availability");
  draw_strip(html,
             {figures.begin, range.availability,
              static_cast<std::size_t>(range.span / range.availability)},
             figures.availability, {}, now);
  write_ends(html, figures.begin, now);
  html.element("p", {{"class", "quiet note"}},
               has_history || range.span <= std::chrono::hours(1)
                   ? "Grey is not watched."
                   : "Grey is not watched. Latencies of more than an hour ago take a history "
                     "(--storage.path).");
  write_stretch_table(html, "The availability", figures.availability, now);
  write_latencies(html, figures, objective, now);
}

}  // namespace reinfer::page
