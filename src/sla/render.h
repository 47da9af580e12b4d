// The report as text: for people on a terminal or on paper, for a spreadsheet, for a script. Used
// by the command. Pure; any thread.
#pragma once

#include <string>

#include "sla/report.h"
#include "terminal/style.h"

namespace reinfer::sla {

// A line for each tenant and objective, then the details, then the facts for a claim about breached
// ones.
std::string render_table(const SlaReport& report, const terminal::TerminalStyle& style);

// RFC 4180 with a line of names first; a row for each objective, then one for each tenant, without
// a probe. Moments are RFC 3339 in UTC, ratios are exact, unknown values are empty.
std::string render_csv(const SlaReport& report);

// One document. Keys stay as they are within version 1, more may come.
std::string render_json(const SlaReport& report);

// One page to hand over, printable, without a script or anything from elsewhere. Whatever
// strangers wrote is text in it.
std::string render_html(const SlaReport& report);

// The same for a wiki or a ticket: tables as GitHub and GitLab know them.
std::string render_markdown(const SlaReport& report);

}  // namespace reinfer::sla
