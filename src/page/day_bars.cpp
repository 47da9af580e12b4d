#include "page/day_bars.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

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
      : html_(html), strip_(strip), incidents_(incidents), now_(now), rows_(strip.count) {
    for (const history::StretchRow& row : rows) {
      const std::int64_t i = (row.begin - strip.begin) / base::Nanoseconds(strip.width);
      if (row.begin >= strip.begin && i < static_cast<std::int64_t>(strip.count))
        rows_[static_cast<std::size_t>(i)] = &row;
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
    for (const Run& run : runs()) {
      if (run.kind == Kind::told) {
        draw_bar(html_, row(run.first), x(run.first), title(run.first), now_);
        continue;
      }
      std::string bars;
      for (std::size_t i = run.first; i <= run.last; ++i)
        fmt::format_to(std::back_inserter(bars), "M{:.0f} 0h5v28h-5z", x(i));
      html_.open("path", {{"class", run.kind == Kind::good ? "good" : "nothing"}, {"d", bars}});
      html_.element("title", words(run)).close();
    }
    html_.close();
  }

  void list() {
    html_.open("ul");
    const std::vector<Run> all = runs();
    for (auto run = all.rbegin(); run != all.rend(); ++run)
      html_.element("li", words(*run));
    html_.close();
  }

 private:
  const history::StretchRow* row(std::size_t i) const { return rows_[i]; }
  static double x(std::size_t i) { return kStep * static_cast<double>(i); }
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

  // Stretches in a row of which one sentence is true; one alone if there is more to tell.
  enum class Kind : std::uint8_t { nothing, good, told };
  struct Run {
    Kind kind;
    std::size_t first;
    std::size_t last;
  };

  Kind kind(std::size_t i) const {
    if (incidents_.count(history::stretch_of(begin(i), history::kDay)) > 0) return Kind::told;
    const history::StretchRow* known = row(i);
    if (known == nullptr) return Kind::nothing;
    const bool plain =
        known->counts.bad == 0 && known->counts.good > 0 && known->watched(now_) >= kWatchedWhole;
    return plain ? Kind::good : Kind::told;
  }

  std::vector<Run> runs() const {
    std::vector<Run> found;
    for (std::size_t i = 0; i < strip_.count; ++i) {
      const Kind of = kind(i);
      if (of == Kind::told || found.empty() || found.back().kind != of)
        found.push_back({of, i, i});
      else
        found.back().last = i;
    }
    return found;
  }

  std::string words(const Run& run) const {
    if (run.kind == Kind::told || run.first == run.last) return title(run.first);
    return fmt::format("{} to {}: {}", stretch_text(begin(run.first), strip_.width),
                       stretch_text(begin(run.last), strip_.width),
                       run.kind == Kind::good ? "100 % available" : "not watched");
  }

  // A script finds the stretches by the step of six units, and their days from the last one.
  void open() {
    const auto known =
        std::count_if(rows_.begin(), rows_.end(), [](const auto* each) { return each != nullptr; });
    const auto failing = std::count_if(rows_.begin(), rows_.end(), [](const auto* each) {
      return each != nullptr && each->counts.bad > 0;
    });
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
                                       days ? "days" : "stretches", known, failing));
  }

  Html& html_;
  const Strip& strip_;
  const IncidentsByDay& incidents_;
  const base::WallTime now_;
  std::vector<const history::StretchRow*> rows_;  // by position
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

void write_days_in_words(Html& html, const std::vector<history::StretchRow>& days,
                         const IncidentsByDay& incidents, base::WallTime now) {
  const Strip strip = last_days(now);
  StripDrawing(html, strip, days, incidents, now).list();
}

void write_stretch_table(Html& html, const std::string& name,
                         const std::vector<history::StretchRow>& rows, base::WallTime now,
                         const IncidentsByDay* incidents) {
  html.open("details", {{"class", "legend"}});
  html.element("summary", name + " in figures");
  html.open("div", {{"class", "scroll"},
                    {"role", "region"},
                    {"aria-label", name + " in figures"},
                    {"tabindex", "0"}});
  html.open("table", {{"role", "table"}, {"class", "stretches"}, {"aria-label", name}});
  html.open("thead", {{"role", "rowgroup"}}).open("tr", {{"role", "row"}});
  const auto head = [&](const char* column) {
    html.element("th", {{"role", "columnheader"}, {"scope", "col"}}, column);
  };
  for (const char* column : {"When (UTC)", "Available", "Failed", "Not counted"})
    head(column);
  if (incidents != nullptr) head("Incidents");
  head("Watched");
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
    if (incidents != nullptr) {
      const auto found = incidents->find(history::stretch_of(row->begin, history::kDay));
      cell(fmt::format("{}", found == incidents->end() ? 0 : found->second));
    }
    cell(percent(row->watched(now)));
    html.close();
  }
  html.close().close().close();
  html.element("p", {{"class", "quiet"}}, "What is not listed was not watched.").close();
}

}  // namespace reinfer::page
