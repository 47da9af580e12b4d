// One objective in the report in HTML: its figures, its plot, outages, what did not count, and how
// far it was watched. Used by sla/render_html.cpp alone. Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "explain/html_writer.h"
#include "sla/report.h"

namespace reinfer::sla {

// A word with a sign of its own: never by colour alone.
void write_verdict(explain::Html& html, SlaVerdict verdict, const char* tag);

void write_row(explain::Html& html, const SlaReport& report, const SlaRow& row);

void write_list(explain::Html& html, const char* kind, const std::vector<std::string>& lines);

}  // namespace reinfer::sla
