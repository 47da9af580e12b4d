#include "page/day_bars.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/rfc3339.h"
#include "page/frame.h"
#include "page/icons.h"

namespace reinfer::page {
namespace {

constexpr double kStep = 6;
constexpr double kBar = 5;
constexpr double kHeight = 28;
// Less of a day than this is no basis for a figure of it.
constexpr double kWatchedMin = 0.05;

std::string words_of_day(const history::StretchRow& day, base::WallTime now) {
  const auto ratio = day.counts.ratio();
  std::string text = date_text(day.begin) + ": ";
  text += ratio ? percent(ratio) + " available" : "nothing that counts";
  if (day.counts.bad > 0)
    text +=
        fmt::format(", {} failed ({})", day.counts.bad, model::to_label(day.counts.main_fault()));
  const double watched = day.watched(now);
  if (watched < 0.995) text += fmt::format(", {:.0f} % watched", watched * 100);
  return text;
}

const char* class_of(const history::StretchRow* day, base::WallTime now) {
  if (day == nullptr || day->watched(now) < kWatchedMin) return "nothing";
  return day->counts.good + day->counts.bad == 0 ? "excluded" : "good";
}

void draw_bar(Html& html, const history::StretchRow* day, double x, base::WallTime begin,
              base::WallTime now) {
  html.open("g");
  html.element("title",
               day == nullptr ? date_text(begin) + ": not watched" : words_of_day(*day, now));
  html.single("rect", {{"class", class_of(day, now)},
                       {"x", svg_number(x)},
                       {"width", svg_number(kBar)},
                       {"height", svg_number(kHeight)}});
  if (day != nullptr && day->counts.bad > 0) {
    const double bad = static_cast<double>(day->counts.bad) /
                       static_cast<double>(day->counts.bad + day->counts.good);
    // An hour of a day would be one unit high, and a failure must be seen.
    const double height = std::clamp(kHeight * bad, 6.0, kHeight);
    html.single("rect", {{"class", fault_class("bad", day->counts.main_fault())},
                         {"x", svg_number(x)},
                         {"y", svg_number(kHeight - height)},
                         {"width", svg_number(kBar)},
                         {"height", svg_number(height)}});
  }
  html.close();
}

}  // namespace

std::string date_text(base::WallTime day) {
  return base::rfc3339(day).substr(0, 10);
}

void draw_days(Html& html, const std::vector<history::StretchRow>& days, base::WallTime now) {
  std::map<std::int64_t, const history::StretchRow*> by_number;
  std::size_t failing = 0;
  for (const history::StretchRow& day : days) {
    by_number[history::stretch_of(day.begin, history::kDay)] = &day;
    if (day.counts.bad > 0) ++failing;
  }
  const std::int64_t last = history::stretch_of(now, history::kDay);
  html.open("svg", {{"class", "day days"},
                    {"role", "img"},
                    {"viewBox",
                     fmt::format("0 0 {} {}", svg_number(kStep * kDaysShown), svg_number(kHeight))},
                    {"preserveAspectRatio", "none"}});
  html.element("title", fmt::format("{} days: {} watched, {} with failures", kDaysShown,
                                    by_number.size(), failing));
  for (std::size_t i = 0; i < kDaysShown; ++i) {
    const std::int64_t number = last - static_cast<std::int64_t>(kDaysShown - 1 - i);
    const auto found = by_number.find(number);
    draw_bar(html, found == by_number.end() ? nullptr : found->second,
             kStep * static_cast<double>(i), history::begin_of(number, history::kDay), now);
  }
  html.close();
}

void write_day_table(Html& html, const std::vector<history::StretchRow>& days, base::WallTime now) {
  html.open("details", {{"class", "legend"}});
  html.element("summary", "The days in figures");
  html.open("table", {{"role", "table"}, {"aria-label", "The last days"}});
  html.open("thead", {{"role", "rowgroup"}}).open("tr", {{"role", "row"}});
  for (const char* column : {"Day (UTC)", "Available", "Failed", "Not counted", "Watched"})
    html.element("th", {{"role", "columnheader"}, {"scope", "col"}}, column);
  html.close().close().open("tbody", {{"role", "rowgroup"}});
  for (auto day = days.rbegin(); day != days.rend(); ++day) {
    html.open("tr", {{"role", "row"}});
    const auto cell = [&](const std::string& text) {
      html.element("td", {{"role", "cell"}}, text);
    };
    cell(date_text(day->begin));
    cell(percent(day->counts.ratio()));
    cell(day->counts.bad == 0
             ? std::string("0")
             : fmt::format("{} ({})", day->counts.bad, to_label(day->counts.main_fault())));
    cell(fmt::format("{}", day->counts.excluded));
    cell(percent(day->watched(now)));
    html.close();
  }
  html.close().close().close();
}

}  // namespace reinfer::page
