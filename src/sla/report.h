// The month's figures of every objective: the report that is shown as a table, as CSV or as JSON.
// Made from the samples in Prometheus (sla/stored_series.h) by pure functions; any thread.
//
// Counts are differences of stored samples and exact. An event belongs to the month in which the
// sample lies that shows it, so months add up and nothing is counted twice.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sla/coverage.h"
#include "sla/days.h"
#include "sla/month.h"
#include "sla/outages.h"
#include "sla/slots.h"
#include "sla/stored_series.h"

namespace reinfer::sla {

// An objective is met only if it would be, had every slot that was not watched been bad.
enum class SlaVerdict : std::uint8_t { met, breached, unknown };
std::string_view to_label(SlaVerdict verdict);

// A stretch of the month with one objective.
struct ObjectiveStretch {
  TimeSpan span;
  double objective = 0;
  Count events = 0;
  Count good = 0;
  bool operator==(const ObjectiveStretch&) const = default;
};

// The tenant's own availability, whose events are slices of time (sla/tenant_slices.h).
inline constexpr const char* kTenantAvailability = "tenant_availability";

struct SlaRow {
  SeriesLabels labels;  // tenant, probe, job and the tenant's own, as they were last
  std::string slo;
  std::vector<std::string> instances;       // exporters, in order of time
  std::optional<double> objective;          // at the month's end
  std::vector<ObjectiveStretch> stretches;  // more than one if it changed
  std::optional<double> latency_threshold_seconds;
  Count events = 0;
  Count good = 0;
  Count bad = 0;
  Counts bad_by_outcome;  // availability alone
  Counts bad_by_fault;
  Counts excluded;  // by reason
  Counts skipped;   // slots of the grid without a probe, by reason
  Slots slots;
  Coverage coverage;
  std::optional<double> ratio;  // good of events; absent without events
  // The same if every slot that was not watched had been bad or good.
  std::optional<double> ratio_min;
  std::optional<double> ratio_max;
  std::optional<double> budget_spent;  // 1 is all of it; absent for an objective of 1
  SlaVerdict verdict = SlaVerdict::unknown;
  Count lone_bad = 0;              // bad events with only good ones around them: no outages
  std::size_t outages_total = 0;   // of more than one
  std::vector<Outage> outages;     // the longest
  std::vector<DayFigures> days;    // that have begun
  std::vector<std::string> notes;  // sentences for people

  const std::string& label(const std::string& name) const;  // "" if there is none
};

struct SlaReport {
  Month month;
  std::string source;  // Prometheus' URL
  base::WallTime made_at;
  std::vector<SlaRow> rows;
  std::vector<SlaRow> tenants;  // without a label probe; of kTenantAvailability
  std::vector<std::string> notes;
};

// Rows of one tenant's targets, in order of their labels.
std::vector<SlaRow> make_rows(const std::vector<StoredTarget>& targets, const Month& month,
                              std::size_t outages_max);

// Fills in ratios, budget and verdict from the counts, when so many events may be missing.
void judge(SlaRow& row, double unwatched);

// `breached` if any row is, a tenant's too, else `unknown` if any is or there is none.
SlaVerdict verdict_of(const SlaReport& report);

}  // namespace reinfer::sla
