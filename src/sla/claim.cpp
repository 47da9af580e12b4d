#include "sla/claim.h"

#include <fmt/format.h>

#include "base/duration.h"
#include "base/text.h"
#include "sla/facts.h"
#include "sla/words.h"

namespace reinfer::sla {
namespace {

std::string calculation(const SlaRow& row) {
  const std::string what =
      row.slo == "latency"
          ? fmt::format("ok results within {}", base::format_duration(base::from_seconds(
                                                    row.latency_threshold_seconds.value_or(0))))
          : std::string("good events");
  return fmt::format(
      "{} {} / {} events = {}, promised {}; each event is one probe, judged when it "
      "ended",
      row.good, what, row.events, percent_down(row.ratio.value_or(0)),
      percent(row.objective.value_or(0)));
}

std::vector<std::string> exclusions(const SlaRow& row) {
  std::vector<std::string> lines;
  for (const auto& [reason, count] : row.excluded)
    lines.push_back(fmt::format("{} results, {}: {}", count, reason, why_excluded(reason)));
  for (const auto& [reason, count] : row.skipped)
    lines.push_back(fmt::format("{} slots not probed, {}: no result, so no event", count, reason));
  for (const TimeSpan& span : row.coverage.unwatched)
    lines.push_back(
        fmt::format("{} to {}: not watched, so no events", sla_time(span.from), sla_time(span.to)));
  if (row.slo == "latency")
    lines.emplace_back("failed probes: latency is judged on ok results alone");
  return lines;
}

}  // namespace

std::optional<Claim> claim_of(const SlaReport& report, const SlaRow& row) {
  if (row.verdict != SlaVerdict::breached) return std::nullopt;
  Claim claim;
  claim.subject = fmt::format(
      "tenant {}, probe {}, {}, from {} to {} (UTC{}), measured by {}", row.label("tenant"),
      row.label("probe"), row.slo, sla_time(report.month.span.from), sla_time(report.month.span.to),
      report.month.so_far ? "; the month is not over" : "", base::join(row.instances, ", "));
  claim.calculation = calculation(row);
  claim.excluded = exclusions(row);
  claim.evidence = {
      "Ids of single requests are not in Prometheus. The exporter's log has request_id of a "
      "failure, which the vendor got as x-request-id: look for the outages' times.",
      "/api/v1/failures and the status page of the exporter keep the last failures of each probe "
      "with headers and timings. Save them while an outage is fresh.",
      fmt::format("The counters are in {} under the labels above; reinfer_slo_events_total and "
                  "reinfer_slo_good_events_total are all that the ratio needs.",
                  report.source)};
  return claim;
}

}  // namespace reinfer::sla
