#include <cmath>
#include <nlohmann/json.hpp>

#include "base/rfc3339.h"
#include "sla/claim.h"
#include "sla/render.h"
#include "sla/tenant_slices.h"

namespace reinfer::sla {
namespace {

// Keys in the order in which they are written.
using Json = nlohmann::ordered_json;

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

Json to_json(const TimeSpan& span) {
  return {{"from", base::rfc3339(span.from)}, {"to", base::rfc3339(span.to)}};
}

Json to_json(const std::vector<TimeSpan>& spans) {
  Json array = Json::array();
  for (const TimeSpan& span : spans)
    array.push_back(to_json(span));
  return array;
}

Json to_json(const Outage& outage) {
  Json outcomes = Json::object();
  for (const auto& [outcome, count] : outage.outcomes)
    outcomes[outcome] = std::llround(count);
  return {{"start", base::rfc3339(outage.start)},
          {"end", base::rfc3339(outage.end)},
          {"seconds", base::to_seconds(outage.end - outage.start)},
          {"start_late_max_seconds", base::to_seconds(outage.start_late_max)},
          {"end_late_max_seconds", base::to_seconds(outage.end_late_max)},
          {"began_before_month", outage.began_before},
          {"went_on_after_month", outage.went_on},
          {"recovery_seen", outage.recovery_seen},
          {"events", std::llround(outage.events)},
          {"bad", std::llround(outage.bad)},
          {"outcomes", outcomes}};
}

Json to_json(const Coverage& coverage, const TimeSpan& month) {
  return {{"data", coverage.data ? to_json(*coverage.data) : Json()},
          {"seconds", base::to_seconds(month.to - month.from)},
          {"watched_seconds", base::to_seconds(coverage.watched)},
          {"unwatched", to_json(coverage.unwatched)},
          {"unseen", to_json(coverage.unseen)},
          {"restarts", coverage.restarts}};
}

Json to_json(const std::vector<ObjectiveStretch>& stretches) {
  Json array = Json::array();
  for (const ObjectiveStretch& stretch : stretches) {
    Json one = to_json(stretch.span);
    one["objective"] = stretch.objective;
    one["events"] = stretch.events;
    one["good"] = stretch.good;
    array.push_back(one);
  }
  return array;
}

Json to_json(const std::vector<DayFigures>& days) {
  Json array = Json::array();
  for (const DayFigures& day : days) {
    Json one = to_json(day.span);
    one["events"] = day.events;
    one["bad"] = day.bad;
    one["watched_ratio"] = day.watched;
    array.push_back(one);
  }
  return array;
}

Json to_json(const std::optional<Claim>& claim) {
  if (!claim) return nullptr;
  return {{"subject", claim->subject},
          {"calculation", claim->calculation},
          {"excluded", claim->excluded},
          {"evidence", claim->evidence}};
}

Json to_json(const Slots& slots) {
  return {{"due", slots.due},
          {"judged", slots.judged},
          {"unjudged", slots.unjudged},
          {"watched_ratio", slots.watched_ratio()}};
}

Json tenant_json(const SlaRow& row) {
  Json outages = Json::array();
  for (const Outage& outage : row.outages)
    outages.push_back(to_json(outage));
  return {{"tenant", row.label("tenant")},
          {"instances", row.instances},
          {"verdict", to_label(row.verdict)},
          {"objective", or_null(row.objective)},
          {"ratio", or_null(row.ratio)},
          {"ratio_min", or_null(row.ratio_min)},
          {"ratio_max", or_null(row.ratio_max)},
          {"budget_spent", or_null(row.budget_spent)},
          {"slice_seconds", base::to_seconds(kSlice)},
          {"slices", row.events},
          {"slices_down", row.bad},
          {"slices_due", row.slots.due},
          {"watched_ratio", row.slots.watched_ratio()},
          {"outages_total", row.outages_total},
          {"outages", outages},
          {"days", to_json(row.days)},
          {"notes", row.notes}};
}

Json to_json(const SlaReport& report, const SlaRow& row) {
  Json outages = Json::array();
  for (const Outage& outage : row.outages)
    outages.push_back(to_json(outage));
  return {{"tenant", row.label("tenant")},
          {"probe", row.label("probe")},
          {"slo", row.slo},
          {"labels", row.labels},
          {"instances", row.instances},
          {"verdict", to_label(row.verdict)},
          {"objective", or_null(row.objective)},
          {"objective_stretches", to_json(row.stretches)},
          {"latency_threshold_seconds", or_null(row.latency_threshold_seconds)},
          {"ratio", or_null(row.ratio)},
          {"ratio_min", or_null(row.ratio_min)},
          {"ratio_max", or_null(row.ratio_max)},
          {"budget_spent", or_null(row.budget_spent)},
          {"events", row.events},
          {"good", row.good},
          {"bad", row.bad},
          {"bad_by_fault", row.bad_by_fault},
          {"bad_by_outcome", row.bad_by_outcome},
          {"excluded", row.excluded},
          {"skipped", row.skipped},
          {"slots", to_json(row.slots)},
          {"coverage", to_json(row.coverage, report.month.span)},
          {"lone_bad", row.lone_bad},
          {"outages_total", row.outages_total},
          {"outages", outages},
          {"days", to_json(row.days)},
          {"claim", to_json(claim_of(report, row))},
          {"notes", row.notes}};
}

}  // namespace

std::string render_json(const SlaReport& report) {
  Json month = {{"name", report.month.name},
                {"time_zone", report.month.zone},
                {"so_far", report.month.so_far}};
  month.update(to_json(report.month.span));
  Json rows = Json::array();
  for (const SlaRow& row : report.rows)
    rows.push_back(to_json(report, row));
  Json tenants = Json::array();
  for (const SlaRow& row : report.tenants)
    tenants.push_back(tenant_json(row));
  const Json document = {{"version", 1},
                         {"month", month},
                         {"prometheus", report.source},
                         {"made_at", base::rfc3339(report.made_at)},
                         {"verdict", to_label(verdict_of(report))},
                         {"tenants", tenants},
                         {"objectives", rows},
                         {"notes", report.notes}};
  return document.dump(2) + '\n';
}

}  // namespace reinfer::sla
