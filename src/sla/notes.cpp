#include "sla/notes.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/duration.h"
#include "base/text.h"
#include "model/objective.h"
#include "sla/words.h"

namespace reinfer::sla {
namespace {

void note_objective(const SlaRow& row, std::vector<std::string>& notes) {
  if (!row.objective)
    notes.push_back(
        "The objective itself is not stored (reinfer_slo_objective_ratio), so nothing says "
        "whether it was met.");
  if (row.stretches.size() < 2) return;
  std::string text = "The objective changed: ";
  for (const ObjectiveStretch& stretch : row.stretches)
    text += fmt::format("{}{} from {} ({} of {} events good)",
                        stretch.span.from == row.stretches.front().span.from ? "" : ", ",
                        percent(stretch.objective), sla_time(stretch.span.from), stretch.good,
                        stretch.events);
  notes.push_back(text + ". The month is held to the last one; the budget is that of each.");
}

void note_gauge(const Samples& gauge, const Month& month, const std::string& what, auto word,
                std::vector<std::string>& notes) {
  const Samples changes = changes_of(gauge);
  std::string text;
  for (std::size_t i = 1; i < changes.size(); ++i)
    if (changes[i].time > month.span.from && changes[i].time <= month.span.to)
      text += fmt::format("{}{} from {}", text.empty() ? "" : ", ", word(changes[i].value),
                          sla_time(changes[i].time));
  if (!text.empty())
    notes.push_back(fmt::format("{} changed: {} before, {}. Events were judged by what held then.",
                                what, word(changes.front().value), text));
}

void note_rules(const SlaRow& row, const Vantage& vantage, const Month& month,
                std::vector<std::string>& notes) {
  if (row.slo != kAvailability) {
    note_gauge(
        gauge_of(vantage, threshold_of, ""), month, "The threshold of latency",
        [](double seconds) { return base::format_duration(base::from_seconds(seconds)); }, notes);
    return;
  }
  for (const model::Fault fault : model::kCountableFaults)
    note_gauge(
        gauge_of(vantage, counted_of, std::string(to_label(fault))), month,
        fmt::format("Whether failures of {} count", to_label(fault)),
        [](double value) { return value > 0 ? "counted" : "not counted"; }, notes);
}

void note_coverage(const SlaRow& row, const Month& month, std::vector<std::string>& notes) {
  const Coverage& coverage = row.coverage;
  if (!coverage.data) {
    notes.push_back("There are no samples in the month.");
    return;
  }
  if (coverage.data->from - month.span.from > kSilenceMax)
    notes.push_back(
        fmt::format("Data begins at {}: the target was added then, or what is older is beyond "
                    "Prometheus' retention.",
                    sla_time(coverage.data->from)));
  if (month.span.to - coverage.data->to > kSilenceMax)
    notes.push_back(fmt::format("Data ends at {}.", sla_time(coverage.data->to)));
  for (const TimeSpan& span : coverage.unseen)
    notes.push_back(
        fmt::format("From {} to {} Prometheus did not reach the exporter, which went on: all is "
                    "counted, but no time within is known.",
                    sla_time(span.from), sla_time(span.to)));
  if (coverage.restarts > 0)
    notes.push_back(
        fmt::format("The counters began anew {}: of each time, what happened between "
                    "the last scrape before and the start is lost.",
                    coverage.restarts == 1 ? "once" : fmt::format("{} times", coverage.restarts)));
}

void note_labels(const Vantage& vantage, std::vector<std::string>& notes) {
  std::string text;
  for (std::size_t i = 1; i < vantage.parts.size(); ++i) {
    const SeriesLabels& before = vantage.parts[i - 1]->labels;
    for (const auto& [name, value] : vantage.parts[i]->labels) {
      const auto found = before.find(name);
      const std::string old = found == before.end() ? "" : found->second;
      if (old != value)
        text +=
            fmt::format("{}{} from \"{}\" to \"{}\"", text.empty() ? "" : ", ", name, old, value);
    }
  }
  if (!text.empty())
    notes.push_back(fmt::format("Labels changed: {}. The row goes on over the change.", text));
}

}  // namespace

void note_verdict(const SlaRow& row, std::vector<std::string>& notes) {
  if (row.events == 0 && (row.coverage.data || row.slo == kTenantAvailability))
    notes.push_back("Not one event: nothing can be said of the objective.");
  if (!row.objective || !row.ratio) return;
  const char* unit = row.slo == kTenantAvailability ? "slices" : "slots";
  if (row.verdict == SlaVerdict::unknown)
    notes.push_back(fmt::format(
        "Met as far as it was watched ({} of the {}). If the others had been bad, it would be {}, "
        "which misses the objective: so this report cannot tell.",
        percent_down(row.slots.watched_ratio()), unit, percent_down(*row.ratio_min)));
  if (row.verdict == SlaVerdict::breached && *row.ratio_max >= *row.objective)
    notes.push_back(fmt::format(
        "Breached as far as it was watched. If the other {} had been good, it would be {}, "
        "which meets the objective.",
        unit, percent_down(*row.ratio_max)));
}

std::vector<std::string> notes_of(const SlaRow& row, const Vantage& vantage, const Month& month) {
  std::vector<std::string> notes;
  note_objective(row, notes);
  note_rules(row, vantage, month, notes);
  note_coverage(row, month, notes);
  note_verdict(row, notes);
  note_labels(vantage, notes);
  if (row.instances.size() > 1)
    notes.push_back(fmt::format("Measured by exporters that followed one another: {}.",
                                base::join(row.instances, ", then ")));
  if (const auto found = row.bad_by_outcome.find("unexplained"); found != row.bad_by_outcome.end())
    notes.push_back(fmt::format("Of {} bad events no result says what they were.", found->second));
  return notes;
}

void note_several_exporters(std::vector<SlaRow>& rows) {
  const auto same = [](const SlaRow& a, const SlaRow& b) {
    return a.label("tenant") == b.label("tenant") && a.label("probe") == b.label("probe") &&
           a.slo == b.slo;
  };
  std::vector<std::size_t> counts;
  for (const SlaRow& row : rows)
    counts.push_back(static_cast<std::size_t>(std::count_if(
        rows.begin(), rows.end(), [&](const SlaRow& other) { return same(row, other); })));
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (counts[i] > 1)
      rows[i].notes.push_back(
          fmt::format("{} exporters watched this at the same time. Each has its own row, no two "
                      "are added up; --instance={} shows this one alone.",
                      counts[i], rows[i].instances.front()));
}

}  // namespace reinfer::sla
