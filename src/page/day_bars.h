// The last weeks of a target or a tenant on the page: a bar for each day, by how much of it was
// good, whose fault the rest was, and grey where nobody watched. The same figures stand in a table
// below for readers who do not see or hover. Used by the target's page and the overview. Pure.
#pragma once

#include <vector>

#include "history/stretch.h"
#include "page/html.h"

namespace reinfer::page {

inline constexpr std::size_t kDaysShown = 90;

// `days`: stretches of kDay in any number, oldest first.
void draw_days(Html& html, const std::vector<history::StretchRow>& days, base::WallTime now);
// One row for each day that has a result, the latest first.
void write_day_table(Html& html, const std::vector<history::StretchRow>& days, base::WallTime now);

// "2026-11-28"
std::string date_text(base::WallTime day);

}  // namespace reinfer::page
