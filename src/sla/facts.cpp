#include "sla/facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/duration.h"
#include "base/text.h"
#include "model/outcome.h"
#include "sla/words.h"

namespace reinfer::sla {
namespace {

constexpr std::size_t kSpansMax = 5;

constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kWhyExcluded = {{
    {"credentials", "our token was missing, rejected or not allowed: not the vendor's failure"},
    {"request", "our own request was refused or throttled: the platform answered"},
    {"monitor", "the exporter itself failed"},
    {"maintenance", "inside a maintenance window of the configuration"},
    {"egress", "no control target was reached either: our own network"},
    {"platform", "the objective does not count failures of the platform"},
    {"edge", "the objective does not count failures of the edge"},
    {"network", "the objective does not count failures of the network"},
}};

}  // namespace

bool is_tenant(const SlaRow& row) {
  return row.slo == kTenantAvailability;
}

std::string name_of(const SlaRow& row) {
  return row.label("tenant") + (is_tenant(row) ? "" : "/" + row.label("probe"));
}

std::string slo_of(const SlaRow& row) {
  return is_tenant(row) ? "availability" : row.slo;
}

// Each tenant before its probes.
std::vector<const SlaRow*> rows_of(const SlaReport& report) {
  std::vector<const SlaRow*> rows;
  auto tenant = report.tenants.begin();
  for (const SlaRow& row : report.rows) {
    for (; tenant != report.tenants.end() && tenant->label("tenant") <= row.label("tenant");
         ++tenant)
      rows.push_back(&*tenant);
    rows.push_back(&row);
  }
  return rows;
}

std::string promise(const SlaRow& row) {
  std::string text = row.objective ? percent(*row.objective) : "no objective";
  if (row.slo == "latency" && row.latency_threshold_seconds)
    text += " in " + base::format_duration(base::from_seconds(*row.latency_threshold_seconds));
  return text;
}

std::string month_words(const Month& month) {
  static constexpr std::array<std::string_view, 12> kNames = {
      "January", "February", "March",     "April",   "May",      "June",
      "July",    "August",   "September", "October", "November", "December"};
  // "2026-10"
  const auto number =
      static_cast<std::size_t>((month.name.at(5) - '0') * 10 + month.name.at(6) - '0');
  return fmt::format("{} {}", kNames.at(number - 1), month.name.substr(0, 4));
}

std::string_view word_of(SlaVerdict verdict) {
  static constexpr std::array<std::string_view, 3> kWords = {"met", "BREACHED", "cannot tell"};
  return kWords.at(static_cast<std::size_t>(verdict));
}

// Rounded down, as a month with a hole was not watched whole.
std::string watched_percent(double ratio) {
  return fmt::format("{:.2f}%", std::floor(ratio * 10000 + 1e-9) / 100);
}

// Most first.
std::string listed(const Counts& counts) {
  std::vector<std::pair<std::string, Count>> sorted(counts.begin(), counts.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::vector<std::string> pieces;
  for (const auto& [name, count] : sorted)
    pieces.push_back(fmt::format("{} {}", grouped(count), name));
  return base::join(pieces, ", ");
}

std::string bad_words(const SlaRow& row) {
  if (row.slo == "latency") return fmt::format("{} too slow", grouped(row.bad));
  if (row.bad == 0) return "0";
  return fmt::format("{}, by fault: {}; by outcome: {}", grouped(row.bad), listed(row.bad_by_fault),
                     listed(row.bad_by_outcome));
}

std::string watched_words(const SlaRow& row) {
  const auto& unwatched = row.coverage.unwatched;
  const Slots& slots = row.slots;
  const std::string unit = is_tenant(row) ? "slices" : "slots";
  std::string text = fmt::format("{} of {} {}", grouped(static_cast<Count>(slots.judged)),
                                 grouped(static_cast<Count>(slots.due)), unit);
  text = slots.due <= 0 ? fmt::format("no {}", unit)
         : slots.unwatched() > 0
             ? fmt::format("{}, {}", watched_percent(slots.watched_ratio()), text)
             : fmt::format("all {}", unit);
  if (!slots.unjudged.empty())
    text += fmt::format("; without a judgement: {}", listed(slots.unjudged));
  if (!unwatched.empty()) text += "; not scraped: ";
  for (std::size_t i = 0; i < std::min(unwatched.size(), kSpansMax); ++i)
    text += fmt::format("{}{} to {} ({})", i == 0 ? "" : ", ", sla_time(unwatched[i].from),
                        sla_time(unwatched[i].to),
                        base::describe_duration(unwatched[i].to - unwatched[i].from));
  if (unwatched.size() > kSpansMax)
    text += fmt::format(", and {} more", unwatched.size() - kSpansMax);
  return text;
}

std::string_view why_excluded(const std::string& reason) {
  for (const auto& [name, words] : kWhyExcluded)
    if (name == reason) return words;
  return "not an event of the objective";
}

std::string outcomes_of(const Outage& outage) {
  std::vector<std::pair<double, std::string>> outcomes;
  for (const auto& [name, count] : outage.outcomes) {
    const auto known = model::outcome_from_label(name);
    outcomes.emplace_back(
        -count, known ? fmt::format("{} ({})", name, to_label(model::fault_of(*known))) : name);
  }
  std::sort(outcomes.begin(), outcomes.end());
  std::vector<std::string> names;
  for (auto& [count, name] : outcomes)
    names.push_back(std::move(name));
  return base::join(names, ", ");
}

std::string how_exact(const Outage& outage) {
  const std::string start =
      outage.began_before ? "it began before the month"
                          : "start late by up to " + base::format_duration(outage.start_late_max);
  const std::string end = outage.went_on ? "it went on after the month"
                          : !outage.recovery_seen
                              ? "its end was not seen"
                              : "end by up to " + base::format_duration(outage.end_late_max);
  return fmt::format("{}, {}", start, end);
}

std::string outage_words(const Outage& outage, bool slow) {
  const std::string outcomes = outcomes_of(outage);
  return fmt::format("{} to {}, {}: {:.0f} of {:.0f} {}{}{} ({})", sla_time(outage.start),
                     sla_time(outage.end), base::describe_duration(outage.end - outage.start),
                     outage.bad, outage.events, slow ? "too slow" : "bad",
                     outcomes.empty() ? "" : ", ", outcomes, how_exact(outage));
}

std::string budget_words(const SlaRow& row) {
  if (!row.budget_spent) return "-";
  const double spent = std::round(*row.budget_spent * 1000) / 10;
  return spent > 100 ? fmt::format("{:.1f}% spent", spent)
                     : fmt::format("{:.1f}% spent, {:.1f}% left", spent, 100 - spent);
}

std::string counted_words(const SlaRow& row) {
  const char* good = is_tenant(row) ? "up" : row.slo == "latency" ? "fast enough" : "good";
  return fmt::format("{} {} of {} {}", grouped(row.good), good, grouped(row.events),
                     is_tenant(row) ? "slices of 5 minutes" : "events");
}

std::string headline(const SlaReport& report) {
  const auto rows = rows_of(report);
  const auto count = [&](SlaVerdict verdict) {
    return std::count_if(rows.begin(), rows.end(),
                         [&](const SlaRow* row) { return row->verdict == verdict; });
  };
  const auto were = [](std::ptrdiff_t number) { return number == 1 ? "was" : "were"; };
  const auto met = count(SlaVerdict::met);
  const auto breached = count(SlaVerdict::breached);
  const auto unknown = count(SlaVerdict::unknown);
  std::string text = fmt::format("Of {} {}, {} {} met", rows.size(),
                                 rows.size() == 1 ? "objective" : "objectives", met, were(met));
  if (breached > 0)
    text += fmt::format("{}{} {} breached", unknown > 0 ? ", " : " and ", breached, were(breached));
  if (unknown > 0) text += fmt::format(" and {} cannot be told", unknown);
  return text + (report.month.so_far ? " so far." : ".");
}

std::vector<std::string> how_counted(const SlaReport& report) {
  return {
      "An event is one probe of the API, judged when it ended. For availability it is good if the "
      "platform did what was asked, and bad if it, its edge or the network between failed. For "
      "latency only probes that succeeded are events, good within the objective's threshold.",
      "Failures that are not the platform's, such as those of credentials, of our own request or "
      "of our own network (egress), are no events, and neither are probes in announced "
      "maintenance. Each of them is listed under what did not count.",
      "A tenant's own availability is over all of its probes and all exporters: of the slices of "
      "five minutes in which any probe was judged, those in which any was good. It is held to the "
      "strictest objective of its probes.",
      "Unwatched time is never taken for up. Watched is the share of the slots that were "
      "due which were judged or lay in announced maintenance. An objective is met only if it "
      "would be had all other slots been bad.",
      "The budget is the share of events that may be bad: an objective of 99.9% allows one in a "
      "thousand.",
      "An outage is bad events with no more than five minutes of nothing but good ones in between; "
      "a single bad event between good ones is none, and counts as bad all the same.",
      "Counts are differences of stored samples, exact but for what a restart lost; an event "
      "belongs to the month and the day of the sample that shows it. Ratios are rounded down.",
      fmt::format("All times are UTC. The month and its days begin at midnight of {}.",
                  report.month.zone)};
}

bool is_low(const SlaRow& row, const DayFigures& day) {
  if (day.bad == 0 || row.slo != "latency") return day.bad > 0;
  return static_cast<double>(day.events - day.bad) <
         row.objective.value_or(1) * static_cast<double>(day.events);
}

std::vector<DayFigures> odd_days(const SlaRow& row) {
  std::vector<DayFigures> days = row.days;
  std::erase_if(days, [&](const DayFigures& day) { return !is_low(row, day) && day.watched >= 1; });
  return days;
}

std::string day_ratio(const DayFigures& day) {
  if (day.events == 0) return "-";
  return percent_down(static_cast<double>(day.events - day.bad) / static_cast<double>(day.events));
}

}  // namespace reinfer::sla
