#include "sla/html_days.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>

#include "sla/facts.h"
#include "sla/words.h"

namespace reinfer::sla {
namespace {

using explain::Html;

constexpr double kStep = 22;
constexpr double kBar = 18;
constexpr double kTop = 11;  // above the bars, for figures
constexpr double kHeight = 46;
constexpr double kAxis = 12;
// An hour of a day would be two units high, and a failure must be seen.
constexpr double kBadHeightMin = 5;
constexpr unsigned kDaysMax = 31;

std::string svg_number(double value) {
  return fmt::format("{:.4g}", value);
}

void draw_rect(Html& html, const char* kind, double x, double y, double height) {
  html.single("rect", {{"class", kind},
                       {"x", svg_number(x)},
                       {"y", svg_number(y)},
                       {"width", svg_number(kBar)},
                       {"height", svg_number(height)}});
}

void write_text(Html& html, const char* kind, double x, double y, const std::string& text) {
  html.element("text", {{"class", kind}, {"x", svg_number(x)}, {"y", svg_number(y)}}, text);
}

std::string words_of(const DayFigures& day, const Month& month) {
  std::string text = fmt::format("{}-{:02}: ", month.name, day.day);
  text += day.events == 0 ? "no events"
                          : fmt::format("{}, {} bad of {}", day_ratio(day), grouped(day.bad),
                                        grouped(day.events));
  return text + fmt::format(", {} watched", watched_percent(day.watched));
}

// One decimal, rounded down: there is room for four characters.
std::string short_ratio(const DayFigures& day) {
  const double ratio = static_cast<double>(day.events - day.bad) / static_cast<double>(day.events);
  return fmt::format("{:.1f}", std::floor(ratio * 1000 + 1e-9) / 10);
}

void draw_day(Html& html, const SlaRow& row, const DayFigures& day, const Month& month) {
  const double x = kStep * (day.day - 1) + (kStep - kBar) / 2;
  const double watched = kHeight * day.watched;
  html.open("g").element("title", words_of(day, month));
  if (watched < kHeight) draw_rect(html, "none", x, kTop, kHeight - watched);
  if (watched > 0 && day.events == 0)
    draw_rect(html, "excluded", x, kTop + kHeight - watched, watched);
  if (watched > 0 && day.events > 0) draw_rect(html, "good", x, kTop + kHeight - watched, watched);
  if (day.bad > 0) {
    const double share = static_cast<double>(day.bad) / static_cast<double>(day.events);
    const double height = std::max(watched * share, kBadHeightMin);
    draw_rect(html, "bad", x, kTop + kHeight - height, height);
    if (is_low(row, day)) write_text(html, "low", x + kBar / 2, kTop - 3, short_ratio(day));
  }
  write_text(html, "", x + kBar / 2, kTop + kHeight + 9, fmt::format("{}", day.day));
  html.close();
}

void write_legend(Html& html, const SlaRow& row) {
  const auto any = [&](auto has) { return std::any_of(row.days.begin(), row.days.end(), has); };
  const std::array<std::tuple<const char*, std::string, bool>, 4> entries = {{
      {"good", is_tenant(row) ? "up" : "good", true},
      {"bad",
       std::string(row.slo == "latency" ? "too slow"
                   : is_tenant(row)     ? "down"
                                        : "bad") +
           ", with the percentage of such a day",
       any([](const DayFigures& day) { return day.bad > 0; })},
      {"none", "not watched", any([](const DayFigures& day) { return day.watched < 1; })},
      {"excluded", "no event is known to be of that day",
       any([](const DayFigures& day) { return day.events == 0 && day.watched > 0; })},
  }};
  html.open("div", {{"class", "legend"}});
  for (const auto& [kind, words, shown] : entries) {
    if (!shown) continue;
    html.open("span").open("svg", {{"viewBox", "0 0 10 10"}, {"aria-hidden", "true"}});
    html.single("rect", {{"class", kind}, {"width", "10"}, {"height", "10"}});
    html.close().text(words).close();
  }
  html.close();
}

}  // namespace

void draw_days(Html& html, const SlaRow& row, const Month& month) {
  if (row.days.empty()) return;
  html.open("div", {{"class", "plot"}});
  html.open("svg", {{"class", "days"},
                    {"role", "img"},
                    {"viewBox", fmt::format("0 0 {} {}", svg_number(kStep * kDaysMax),
                                            svg_number(kTop + kHeight + kAxis))}});
  const auto bad = std::count_if(row.days.begin(), row.days.end(),
                                 [](const DayFigures& day) { return day.bad > 0; });
  html.element("title", fmt::format("{} {} by day: {} days, {} with bad events", name_of(row),
                                    slo_of(row), row.days.size(), bad));
  for (const DayFigures& day : row.days)
    draw_day(html, row, day, month);
  html.close();
  write_legend(html, row);
  html.close();
}

}  // namespace reinfer::sla
