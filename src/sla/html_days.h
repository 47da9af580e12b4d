// The plot of a month in the report in HTML: a bar for each day, dark from below by what was bad,
// grey from above by what was not watched. Used by sla/html_row.cpp alone. Pure; any thread.
#pragma once

#include "explain/html_writer.h"
#include "sla/report.h"

namespace reinfer::sla {

// Nothing without days.
void draw_days(explain::Html& html, const SlaRow& row, const Month& month);

}  // namespace reinfer::sla
