#include <fmt/format.h>

#include <array>
#include <utility>
#include <vector>

#include "base/text.h"
#include "sla/render.h"
#include "sla/words.h"

namespace reinfer::sla {
namespace {

using Cells = std::vector<std::pair<std::string, std::string>>;  // name and value

constexpr std::array kBad = {"platform", "edge", "network", "unexplained"};
constexpr std::array kExcluded = {"credentials", "request",  "monitor", "maintenance",
                                  "egress",      "platform", "edge",    "network"};
constexpr std::array kSkipped = {"overlap", "limit", "throttled", "credentials", "budget", "stall"};

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string result = "\"";
  for (const char c : text)
    result.append(c == '"' ? 2 : 1, c);
  return result + '"';
}

std::string number(const std::optional<double>& value) {
  return value ? fmt::format("{}", *value) : "";
}

void add_counts(Cells& cells, std::string_view prefix, const auto& names, const Counts& counts) {
  for (const char* name : names) {
    const auto found = counts.find(name);
    cells.emplace_back(fmt::format("{}_{}", prefix, name),
                       std::to_string(found == counts.end() ? 0 : found->second));
  }
}

double seconds_of(const std::vector<TimeSpan>& spans) {
  double sum = 0;
  for (const TimeSpan& span : spans)
    sum += base::to_seconds(span.to - span.from);
  return sum;
}

// Those without a column of their own.
std::string other_labels(const SlaRow& row) {
  std::vector<std::string> texts;
  for (const auto& [name, value] : row.labels)
    if (name != "tenant" && name != "probe" && name != "job" && name != "vantage")
      texts.push_back(name + '=' + value);
  return base::join(texts, " ");
}

void add_coverage(Cells& cells, const SlaReport& report, const SlaRow& row) {
  const TimeSpan& month = report.month.span;
  const Coverage& coverage = row.coverage;
  const base::Nanoseconds whole = month.to - month.from;
  cells.emplace_back("data_from", coverage.data ? sla_time(coverage.data->from) : "");
  cells.emplace_back("data_to", coverage.data ? sla_time(coverage.data->to) : "");
  cells.emplace_back("unwatched_seconds",
                     fmt::format("{:.0f}", base::to_seconds(whole - coverage.watched)));
  cells.emplace_back("unseen_seconds", fmt::format("{:.0f}", seconds_of(coverage.unseen)));
  cells.emplace_back("slots_due", fmt::format("{:.0f}", row.slots.due));
  cells.emplace_back("slots_judged", fmt::format("{:.0f}", row.slots.judged));
  cells.emplace_back("watched_ratio", fmt::format("{:.6f}", row.slots.watched_ratio()));
  cells.emplace_back("restarts", std::to_string(coverage.restarts));
}

void add_outages(Cells& cells, const SlaRow& row) {
  cells.emplace_back("lone_bad", std::to_string(row.lone_bad));
  cells.emplace_back("outages", std::to_string(row.outages_total));
  const Outage* outage = row.outages.empty() ? nullptr : &row.outages.front();
  cells.emplace_back("longest_outage_start", outage ? sla_time(outage->start) : "");
  cells.emplace_back("longest_outage_end", outage ? sla_time(outage->end) : "");
  cells.emplace_back(
      "longest_outage_seconds",
      outage ? fmt::format("{:.0f}", base::to_seconds(outage->end - outage->start)) : "");
  const auto late = [](base::Nanoseconds time) {
    return fmt::format("{:.0f}", base::to_seconds(time));
  };
  cells.emplace_back("longest_outage_start_late_max_seconds",
                     outage ? late(outage->start_late_max) : "");
  cells.emplace_back("longest_outage_end_late_max_seconds",
                     outage ? late(outage->end_late_max) : "");
}

Cells cells_of(const SlaReport& report, const SlaRow& row) {
  Cells cells = {{"month", report.month.name},
                 {"so_far", report.month.so_far ? "true" : "false"},
                 {"from", sla_time(report.month.span.from)},
                 {"to", sla_time(report.month.span.to)},
                 {"tenant", row.label("tenant")},
                 {"probe", row.label("probe")},
                 {"slo", row.slo},
                 {"job", row.label("job")},
                 {"vantage", row.label("vantage")},
                 {"labels", other_labels(row)},
                 {"instances", base::join(row.instances, " ")},
                 {"verdict", std::string(to_label(row.verdict))},
                 {"objective", number(row.objective)},
                 {"latency_threshold_seconds", number(row.latency_threshold_seconds)},
                 {"ratio", number(row.ratio)},
                 {"ratio_min", number(row.ratio_min)},
                 {"ratio_max", number(row.ratio_max)},
                 {"budget_spent", number(row.budget_spent)},
                 {"events", std::to_string(row.events)},
                 {"good", std::to_string(row.good)},
                 {"bad", std::to_string(row.bad)}};
  add_counts(cells, "bad", kBad, row.bad_by_fault);
  add_counts(cells, "excluded", kExcluded, row.excluded);
  add_counts(cells, "skipped", kSkipped, row.skipped);
  add_coverage(cells, report, row);
  add_outages(cells, row);
  cells.emplace_back("notes", base::join(row.notes, " "));
  return cells;
}

std::string line(const Cells& cells, std::string Cells::value_type::*part) {
  std::vector<std::string> texts;
  for (const auto& cell : cells)
    texts.push_back(csv_field(cell.*part));
  return base::join(texts, ",") + "\r\n";
}

}  // namespace

std::string render_csv(const SlaReport& report) {
  std::string text = line(cells_of(report, SlaRow{}), &Cells::value_type::first);
  for (const auto* rows : {&report.rows, &report.tenants})
    for (const SlaRow& row : *rows)
      text += line(cells_of(report, row), &Cells::value_type::second);
  return text;
}

}  // namespace reinfer::sla
