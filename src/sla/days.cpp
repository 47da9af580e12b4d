#include "sla/days.h"

#include <algorithm>

#include "base/time_zone.h"

namespace reinfer::sla {
namespace {

double share_within(const Growth& growth, const TimeSpan& span) {
  if (growth.from >= span.from && growth.to <= span.to) return 1;
  const base::Nanoseconds common = std::min(growth.to, span.to) - std::max(growth.from, span.from);
  return std::max(base::to_seconds(common) / base::to_seconds(growth.to - growth.from), 0.0);
}

}  // namespace

std::vector<DayFigures> empty_days(const Month& month) {
  std::vector<DayFigures> days;
  const auto first = base::calendar_day(month.zone, month.span.from);
  if (!first) return days;
  base::CalendarDay day = *first;
  base::WallTime from = month.span.from;
  while (from < month.span.to) {
    ++day.day;
    const auto next = base::start_of_day(month.zone, day);
    const base::WallTime to = next ? std::min(*next, month.span.to) : month.span.to;
    days.push_back({day.day - 1, {from, to}});
    from = to;
  }
  return days;
}

void count_days(std::vector<DayFigures>& days, const std::vector<JudgedStep>& steps) {
  for (const JudgedStep& step : steps)
    for (DayFigures& day : days)
      if (step.to > day.span.from && step.to <= day.span.to) {
        const Count events = whole(step.events);
        day.events += events;
        day.bad += std::min(whole(step.bad), events);
      }
}

void watch_days(std::vector<DayFigures>& days, const std::vector<Growth>& judged,
                const DueSlots& due) {
  for (DayFigures& day : days) {
    double seen = 0;
    for (const Growth& growth : judged)
      if (growth.to > day.span.from && growth.from < day.span.to)
        seen += growth.count * share_within(growth, day.span);
    const double slots = due.within(day.span);
    if (slots <= 0) continue;
    day.watched = slots - seen <= kEdgeSlots ? 1 : std::clamp(seen / slots, 0.0, 1.0);
  }
}

}  // namespace reinfer::sla
