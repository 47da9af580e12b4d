#include "page/day_bars.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/rfc3339.h"
#include "base/text.h"
#include "page/frame.h"
#include "page/icons.h"

namespace reinfer::page {
namespace {

constexpr double kStep = 6;
constexpr double kBar = 5;
constexpr double kHeight = 28;
// Less of a stretch than this is no basis for a figure of it.
constexpr double kWatchedMin = 0.05;
// As much as all of it: the last slot may lie beyond the edge.
constexpr double kWatchedWhole = 0.995;

std::string incident_words(const IncidentsByDay& incidents, std::int64_t day) {
  const auto found = incidents.find(day);
  return found == incidents.end() ? "" : ", " + base::counted(found->second, "incident");
}

std::string words_of(const history::StretchRow& row, base::WallTime now) {
  const auto ratio = row.counts.ratio();
  std::string text = stretch_text(row.begin, row.width) + ": ";
  text += ratio ? percent(ratio) + " available" : "nothing that counts";
  if (row.counts.bad > 0)
    text +=
        fmt::format(", {} failed ({})", row.counts.bad, model::to_label(row.counts.main_fault()));
  const double watched = row.watched(now);
  if (watched < kWatchedWhole) text += fmt::format(", {:.0f} % watched", watched * 100);
  return text;
}

const char* class_of(const history::StretchRow* row, base::WallTime now) {
  if (row == nullptr || row->watched(now) < kWatchedMin) return "nothing";
  return row->counts.good + row->counts.bad == 0 ? "excluded" : "good";
}

void draw_bar(Html& html, const history::StretchRow* row, double x, const std::string& title,
              base::WallTime now) {
  html.open("g");
  html.element("title", title);
  html.single("rect", {{"class", class_of(row, now)},
                       {"x", svg_number(x)},
                       {"width", svg_number(kBar)},
                       {"height", svg_number(kHeight)}});
  if (row != nullptr && row->counts.bad > 0) {
    const double bad = static_cast<double>(row->counts.bad) /
                       static_cast<double>(row->counts.bad + row->counts.good);
    // An hour of a day would be one unit high, and a failure must be seen.
    const double height = std::clamp(kHeight * bad, 6.0, kHeight);
    html.single("rect", {{"class", fault_class("bad", row->counts.main_fault())},
                         {"x", svg_number(x)},
                         {"y", svg_number(kHeight - height)},
                         {"width", svg_number(kBar)},
                         {"height", svg_number(height)}});
  }
  html.close();
}

class StripDrawing {
 public:
  StripDrawing(Html& html, const Strip& strip, const std::vector<history::StretchRow>& rows,
               const IncidentsByDay& incidents, base::WallTime now)
      : html_(html), strip_(strip), incidents_(incidents), now_(now) {
    for (const history::StretchRow& row : rows) {
      const std::int64_t i = (row.begin - strip.begin) / base::Nanoseconds(strip.width);
      if (row.begin >= strip.begin && i < static_cast<std::int64_t>(strip.count)) rows_[i] = &row;
    }
  }

  void whole() {
    open();
    for (std::size_t i = 0; i < strip_.count; ++i)
      draw_bar(html_, row(i), x(i), title(i), now_);
    html_.close();
  }

  void compact() {
    open();
    std::string good;
    std::string nothing;
    for (std::size_t i = 0; i < strip_.count; ++i) {
      if (row(i) == nullptr)
        nothing += bar_path(i);
      else if (is_plain(i))
        good += bar_path(i);
      else
        draw_bar(html_, row(i), x(i), title(i), now_);
    }
    if (!good.empty()) html_.single("path", {{"class", "good"}, {"d", good}});
    if (!nothing.empty()) html_.single("path", {{"class", "nothing"}, {"d", nothing}});
    html_.close();
  }

 private:
  const history::StretchRow* row(std::size_t i) const {
    const auto found = rows_.find(static_cast<std::int64_t>(i));
    return found == rows_.end() ? nullptr : found->second;
  }
  static double x(std::size_t i) { return kStep * static_cast<double>(i); }
  static std::string bar_path(std::size_t i) {
    return fmt::format("M{} 0h5v28h-5z", svg_number(x(i)));
  }
  base::WallTime begin(std::size_t i) const {
    return strip_.begin + base::Nanoseconds(strip_.width) * static_cast<std::int64_t>(i);
  }

  std::string title(std::size_t i) const {
    const history::StretchRow* known = row(i);
    const std::string words = known == nullptr
                                  ? stretch_text(begin(i), strip_.width) + ": not watched"
                                  : words_of(*known, now_);
    return words + incident_words(incidents_, history::stretch_of(begin(i), history::kDay));
  }

  // All good, all watched, and nothing else to tell.
  bool is_plain(std::size_t i) const {
    const history::StretchRow& known = *row(i);
    return known.counts.bad == 0 && known.counts.good > 0 && known.watched(now_) >= kWatchedWhole &&
           incidents_.count(history::stretch_of(begin(i), history::kDay)) == 0;
  }

  // A script finds the stretches by the step of six units, and their days from the last one.
  void open() {
    const auto failing = std::count_if(
        rows_.begin(), rows_.end(), [](const auto& each) { return each.second->counts.bad > 0; });
    const bool days = strip_.width == history::kDay;
    html_.open(
        "svg",
        {{"class", days ? "day strip days" : "day strip"},
         {"role", "img"},
         {"tabindex", "0"},
         {days ? "data-last" : "", days ? date_text(begin(strip_.count - 1)) : ""},
         {"viewBox", fmt::format("0 0 {} {}", svg_number(kStep * static_cast<double>(strip_.count)),
                                 svg_number(kHeight))},
         {"preserveAspectRatio", "none"}});
    html_.element("title", fmt::format("{} {}: {} watched, {} with failures", strip_.count,
                                       days ? "days" : "stretches", rows_.size(), failing));
  }

  Html& html_;
  const Strip& strip_;
  const IncidentsByDay& incidents_;
  const base::WallTime now_;
  std::map<std::int64_t, const history::StretchRow*> rows_;  // by position
};

}  // namespace

std::string date_text(base::WallTime day) {
  return base::rfc3339(day).substr(0, 10);
}

std::string stretch_text(base::WallTime begin, std::chrono::seconds width) {
  const std::string whole = base::rfc3339(begin);
  if (width >= history::kDay) return whole.substr(0, 10);
  return whole.substr(0, 10) + " " + whole.substr(11, 5) + " UTC";
}

IncidentsByDay count_by_day(const std::vector<record::IncidentFacts>& incidents,
                            base::WallTime now) {
  IncidentsByDay counts;
  const std::int64_t today = history::stretch_of(now, history::kDay);
  for (const record::IncidentFacts& incident : incidents) {
    const std::int64_t last = history::stretch_of(incident.recovered.value_or(now), history::kDay);
    const std::int64_t first = std::max(history::stretch_of(incident.since, history::kDay),
                                        today - static_cast<std::int64_t>(kDaysShown));
    for (std::int64_t day = first; day <= last; ++day)
      ++counts[day];
  }
  return counts;
}

Strip last_days(base::WallTime now) {
  const std::int64_t today = history::stretch_of(now, history::kDay);
  return {history::begin_of(today - static_cast<std::int64_t>(kDaysShown) + 1, history::kDay),
          history::kDay, kDaysShown};
}

void draw_strip(Html& html, const Strip& strip, const std::vector<history::StretchRow>& rows,
                const IncidentsByDay& incidents, base::WallTime now) {
  StripDrawing(html, strip, rows, incidents, now).whole();
}

void draw_compact_days(Html& html, const std::vector<history::StretchRow>& days,
                       const IncidentsByDay& incidents, base::WallTime now) {
  const Strip strip = last_days(now);
  StripDrawing(html, strip, days, incidents, now).compact();
}

void write_stretch_table(Html& html, const std::string& name,
                         const std::vector<history::StretchRow>& rows, base::WallTime now) {
  html.open("details", {{"class", "legend"}});
  html.element("summary", name + " in figures");
  html.open("div", {{"class", "scroll"},
                    {"role", "region"},
                    {"aria-label", name + " in figures"},
                    {"tabindex", "0"}});
  html.open("table", {{"role", "table"}, {"class", "stretches"}, {"aria-label", name}});
  html.open("thead", {{"role", "rowgroup"}}).open("tr", {{"role", "row"}});
  for (const char* column : {"When (UTC)", "Available", "Failed", "Not counted", "Watched"})
    html.element("th", {{"role", "columnheader"}, {"scope", "col"}}, column);
  html.close().close().open("tbody", {{"role", "rowgroup"}});
  for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
    html.open("tr", {{"role", "row"}});
    const auto cell = [&](const std::string& text) {
      html.element("td", {{"role", "cell"}}, text);
    };
    cell(stretch_text(row->begin, row->width).substr(0, 16));
    cell(percent(row->counts.ratio()));
    cell(row->counts.bad == 0
             ? std::string("0")
             : fmt::format("{} ({})", row->counts.bad, to_label(row->counts.main_fault())));
    cell(fmt::format("{}", row->counts.excluded));
    cell(percent(row->watched(now)));
    html.close();
  }
  html.close().close().close().close();
}

}  // namespace reinfer::page
