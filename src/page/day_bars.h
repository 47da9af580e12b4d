// Availability over time as a strip of bars: one for each stretch, by how much of it was good,
// whose fault the rest was, and grey where nobody watched. The last 90 days of a target and of a
// tenant, and the ranges of a target's page. The same figures stand in a table for readers who do
// not see or hover. Used by the target's page and the overview. Pure.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "history/stretch.h"
#include "page/html.h"
#include "record/incident_facts.h"

namespace reinfer::page {

inline constexpr std::size_t kDaysShown = 90;
// Of a tenant or a target in those days; of more the latest.
inline constexpr std::size_t kIncidentsCountedMax = 2000;

// Incidents that touched a day, by its number.
using IncidentsByDay = std::map<std::int64_t, std::size_t>;
IncidentsByDay count_by_day(const std::vector<record::IncidentFacts>& incidents,
                            base::WallTime now);

struct Strip {
  base::WallTime begin{};  // of the first stretch
  std::chrono::seconds width{};
  std::size_t count = 0;
};
Strip last_days(base::WallTime now);

// `rows`: of the strip's width, in any number, oldest first.
void draw_strip(Html& html, const Strip& strip, const std::vector<history::StretchRow>& rows,
                const IncidentsByDay& incidents, base::WallTime now);
// The same of the last days in few bytes: days in a row without anything to say share one shape.
void draw_compact_days(Html& html, const std::vector<history::StretchRow>& days,
                       const IncidentsByDay& incidents, base::WallTime now);
// What those bars say, as a list, the latest first.
void write_days_in_words(Html& html, const std::vector<history::StretchRow>& days,
                         const IncidentsByDay& incidents, base::WallTime now);
// One row for each stretch that has a result, the latest first. `name`: for readers. `incidents`:
// of rows that are days.
void write_stretch_table(Html& html, const std::string& name,
                         const std::vector<history::StretchRow>& rows, base::WallTime now,
                         const IncidentsByDay* incidents = nullptr);

// "2026-11-28"
std::string date_text(base::WallTime day);
// "2026-11-28" of a day, "2026-11-28 14:15 UTC" of less.
std::string stretch_text(base::WallTime begin, std::chrono::seconds width);

}  // namespace reinfer::page
