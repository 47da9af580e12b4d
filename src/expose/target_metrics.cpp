#include "expose/target_metrics.h"

#include <optional>
#include <utility>
#include <vector>

namespace reinfer {
namespace {

void add_static_labels(const Plan& plan, const Tenant& tenant, Labels& labels) {
  const auto& names = plan.label_names();
  for (std::size_t i = 0; i < names.size(); ++i)
    labels.push_back({names[i], tenant.label_values[i]});
}

std::vector<std::pair<Objective, double>> ratios_of(const Objectives& objectives) {
  std::vector<std::pair<Objective, double>> ratios;
  if (objectives.availability)
    ratios.emplace_back(Objective::availability, objectives.availability->ratio);
  if (objectives.latency) ratios.emplace_back(Objective::latency, objectives.latency->ratio);
  return ratios;
}

// One scrape's view of the targets: `fill` calls back with the record and labels of each, in order.
// The labels are computed once a scrape.
class TargetView {
 public:
  void add(const Plan& plan, const Target& target, const TargetRecord& record) {
    Labels labels{{"tenant", target.tenant_name}, {"probe", target.probe}};
    add_static_labels(plan, plan.tenant(target.tenant), labels);
    targets_.push_back({std::move(labels), target, record});
  }

  template <typename Fill>
  void fill(Families& families, Family family, Fill fill) const {
    for (const Entry& entry : targets_)
      fill(family, entry.labels, entry.record);
    families.push_back(family.take());
  }

  // The same with what the plan says of the target instead of what happened.
  template <typename Fill>
  void fill_from_plan(Families& families, Family family, Fill fill) const {
    for (const Entry& entry : targets_)
      fill(family, entry.labels, entry.target);
    families.push_back(family.take());
  }

  // Calls back for each objective that a target has, with the labels that it adds.
  template <typename Fill>
  void fill_objectives(Families& families, Family family, Fill fill) const {
    for (const Entry& entry : targets_)
      for (const auto& [objective, ratio] : ratios_of(entry.target.objectives))
        fill(family, with(entry.labels, "slo", to_label(objective)), ratio,
             of(entry.record.objectives, objective));
    families.push_back(family.take());
  }

 private:
  struct Entry {
    Labels labels;
    const Target& target;
    const TargetRecord& record;
  };

  std::vector<Entry> targets_;
};

void add_what_happened(const TargetView& targets, Families& families) {
  targets.fill(families,
               Family::counter("reinfer_probe_results_total",
                               "Finished probes by outcome and by whose fault it is."),
               [](Family& family, const Labels& labels, const TargetRecord& record) {
                 for (const Outcome outcome : all_outcomes())
                   family.add(
                       with(with(labels, "outcome", to_label(outcome)), "fault",
                            to_label(fault_of(outcome))),
                       static_cast<double>(record.outcomes[static_cast<std::size_t>(outcome)]));
               });
  targets.fill(families,
               Family::gauge("reinfer_probe_success", "1 if the last probe was ok, else 0."),
               [](Family& family, const Labels& labels, const TargetRecord& record) {
                 if (record.last) family.add(labels, record.last->outcome == Outcome::ok ? 1 : 0);
               });
  targets.fill(families,
               Family::gauge("reinfer_application_answered",
                             "1 if the last reply was written by the application itself, whatever "
                             "it said, else 0, absent if none came."),
               [](Family& family, const Labels& labels, const TargetRecord& record) {
                 if (record.last && record.last->application_answered)
                   family.add(labels, *record.last->application_answered ? 1 : 0);
               });
  targets.fill(
      families,
      Family::counter("reinfer_http_responses_total",
                      "Replies by exact HTTP status code, at most 30 codes, then other."),
      [](Family& family, const Labels& labels, const TargetRecord& record) {
        for (const auto& [code, count] : record.http_codes)
          family.add(with(labels, "code", std::to_string(code)), static_cast<double>(count));
        if (record.http_codes_other > 0)
          family.add(with(labels, "code", "other"), static_cast<double>(record.http_codes_other));
      });
}

void add_when(const TargetView& targets, Families& families) {
  targets.fill(families,
               Family::gauge("reinfer_probe_last_timestamp_seconds",
                             "When the last probe ended, in seconds since the Unix epoch."),
               [](Family& family, const Labels& labels, const TargetRecord& record) {
                 if (record.last) family.add(labels, to_unix_seconds(record.last->finished));
               });
  targets.fill(families,
               Family::gauge("reinfer_probe_last_success_timestamp_seconds",
                             "When the last ok probe ended, in seconds since the Unix epoch."),
               [](Family& family, const Labels& labels, const TargetRecord& record) {
                 if (record.last_success) family.add(labels, to_unix_seconds(*record.last_success));
               });
  targets.fill_from_plan(families,
                         Family::gauge("reinfer_probe_interval_seconds",
                                       "Time between two slots of the grid in seconds."),
                         [](Family& family, const Labels& labels, const Target& target) {
                           family.add(labels, to_seconds(target.interval));
                         });
  targets.fill(families,
               Family::counter("reinfer_probe_skipped_total",
                               "Slots of the grid that were not probed, by reason."),
               [](Family& family, const Labels& labels, const TargetRecord& record) {
                 for (std::size_t i = 0; i < kSkipReasonCount; ++i)
                   family.add(with(labels, "reason", to_label(static_cast<SkipReason>(i))),
                              static_cast<double>(record.skipped[i]));
               });
}

void add_how_fast(const TargetView& targets, Families& families) {
  targets.fill(families,
               Family::histogram("reinfer_probe_duration_seconds",
                                 "Client-side latency of ok probes in seconds, from the start of "
                                 "the request to the last byte of the body."),
               [](Family& family, const Labels& labels, const TargetRecord& record) {
                 family.add(labels, record.duration);
               });
  targets.fill(families,
               Family::histogram("reinfer_server_processing_seconds",
                                 "The platform's own time in seconds, from the total entry of "
                                 "Server-Timing."),
               [](Family& family, const Labels& labels, const TargetRecord& record) {
                 family.add(labels, record.server_processing);
               });
  targets.fill(families,
               Family::histogram("reinfer_network_overhead_seconds",
                                 "Share of the wait in seconds that the platform does not account "
                                 "for: wait minus server processing, at least 0."),
               [](Family& family, const Labels& labels, const TargetRecord& record) {
                 family.add(labels, record.network_overhead);
               });
  targets.fill(families,
               Family::counter("reinfer_server_timing_replies_total",
                               "Replies of the application by what their Server-Timing held."),
               [](Family& family, const Labels& labels, const TargetRecord& record) {
                 for (std::size_t i = 0; i < kServerTimingStateCount; ++i)
                   family.add(with(labels, "state", to_label(static_cast<ServerTimingState>(i))),
                              static_cast<double>(record.server_timing[i]));
               });
}

void add_phases(const TargetView& targets, Families& families) {
  const auto per_phase = [&](Family empty, double (*value)(const PhaseTotal&)) {
    targets.fill(families, std::move(empty),
                 [value](Family& family, const Labels& labels, const TargetRecord& record) {
                   for (std::size_t i = 0; i < kPhaseCount; ++i)
                     family.add(with(labels, "phase", to_label(static_cast<Phase>(i))),
                                value(record.phases[i]));
                 });
  };
  per_phase(Family::counter("reinfer_probe_phase_seconds_total",
                            "Time spent in each phase that took place, in seconds."),
            [](const PhaseTotal& phase) { return phase.seconds; });
  per_phase(
      Family::counter("reinfer_probe_phase_samples_total", "How often each phase took place."),
      [](const PhaseTotal& phase) { return static_cast<double>(phase.samples); });
  targets.fill(
      families,
      Family::gauge("reinfer_response_size_bytes", "Decoded body size of the last reply in bytes."),
      [](Family& family, const Labels& labels, const TargetRecord& record) {
        if (record.last && record.last->body_bytes)
          family.add(labels, static_cast<double>(*record.last->body_bytes));
      });
}

void add_objectives(const TargetView& targets, Families& families) {
  targets.fill_objectives(families,
                          Family::gauge("reinfer_slo_objective_ratio",
                                        "Share of the events that must be good, as configured."),
                          [](Family& family, const Labels& labels, double ratio,
                             const EventCount&) { family.add(labels, ratio); });
  targets.fill_from_plan(
      families,
      Family::gauge("reinfer_slo_latency_threshold_seconds",
                    "Longest latency in seconds that is good for the latency objective."),
      [](Family& family, const Labels& labels, const Target& target) {
        if (const auto& latency = target.objectives.latency)
          family.add(labels, to_seconds(latency->threshold));
      });
  targets.fill_from_plan(
      families,
      Family::gauge("reinfer_slo_counted_fault",
                    "1 if failures by this fault count against the availability objective, 0 if "
                    "they are left out."),
      [](Family& family, const Labels& labels, const Target& target) {
        const auto& availability = target.objectives.availability;
        for (const Fault fault : kCountableFaults)
          if (availability)
            family.add(with(labels, "fault", to_label(fault)), counts(*availability, fault));
      });
  targets.fill_objectives(
      families,
      Family::counter("reinfer_slo_events_total",
                      "Probes that were judged against the objective: not excluded by their fault "
                      "and outside maintenance windows."),
      [](Family& family, const Labels& labels, double, const EventCount& count) {
        family.add(labels, static_cast<double>(count.events));
      });
  targets.fill_objectives(
      families,
      Family::counter("reinfer_slo_good_events_total",
                      "Those of the judged probes that were good."),
      [](Family& family, const Labels& labels, double, const EventCount& count) {
        family.add(labels, static_cast<double>(count.good));
      });
}

void add_all(const TargetView& targets, Families& families) {
  add_what_happened(targets, families);
  add_when(targets, families);
  add_how_fast(targets, families);
  add_phases(targets, families);
}

}  // namespace

Labels tenant_labels(const Plan& plan, const Tenant& tenant) {
  Labels labels{{"tenant", tenant.name}};
  add_static_labels(plan, tenant, labels);
  return labels;
}

void add_targets(const Snapshot& snapshot, Families& families) {
  TargetView targets;
  for (std::size_t i = 0; i < snapshot.targets.size(); ++i)
    targets.add(*snapshot.plan, snapshot.plan->targets()[i], snapshot.targets[i]);
  add_all(targets, families);
  add_objectives(targets, families);
}

// A probe on demand is judged against no objective.
void add_target(const Plan& plan, TargetIndex target, const TargetRecord& record,
                Families& families) {
  TargetView targets;
  targets.add(plan, plan.target(target), record);
  add_all(targets, families);
}

}  // namespace reinfer
