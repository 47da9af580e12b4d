// The report's sentences about a row, the same in each of its forms. Used by the table, by
// Markdown and by HTML. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sla/report.h"

namespace reinfer::sla {

bool is_tenant(const SlaRow& row);
std::string name_of(const SlaRow& row);  // "acme/dataset", or "acme" of the tenant itself
std::string slo_of(const SlaRow& row);

// Each tenant before its probes.
std::vector<const SlaRow*> rows_of(const SlaReport& report);

std::string promise(const SlaRow& row);       // "95% in 500ms"
std::string month_words(const Month& month);  // "October 2026"
std::string_view word_of(SlaVerdict verdict);

// Rounded down, as a month with a hole was not watched whole.
std::string watched_percent(double ratio);

std::string listed(const Counts& counts);  // most first
std::string bad_words(const SlaRow& row);
std::string watched_words(const SlaRow& row);
std::string_view why_excluded(const std::string& reason);
// "server_error (platform)", most first.
std::string outcomes_of(const Outage& outage);
// How late its start and its end may be told.
std::string how_exact(const Outage& outage);
std::string outage_words(const Outage& outage, bool slow);

// "91.1% spent, 8.9% left"; "-" where there is no budget.
std::string budget_words(const SlaRow& row);
// "8,908 up of 8,920 slices of 5 minutes"
std::string counted_words(const SlaRow& row);
// "Of 4 objectives, 2 were met, 1 was breached and 1 cannot be told."
std::string headline(const SlaReport& report);
// How everything was counted, a paragraph each.
std::vector<std::string> how_counted(const SlaReport& report);
// Whether a day has something bad; slow probes are every day's, so of latency whether it missed the
// objective.
bool is_low(const SlaRow& row, const DayFigures& day);
// Days that are low, or were not watched whole.
std::vector<DayFigures> odd_days(const SlaRow& row);
std::string day_ratio(const DayFigures& day);  // "-" without an event

}  // namespace reinfer::sla
