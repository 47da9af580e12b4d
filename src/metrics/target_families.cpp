// The metrics of each target: results, times, latencies, phases, and objectives.
#include <optional>
#include <string>
#include <utility>

#include "metrics/families.h"

namespace reinfer::metrics {
namespace {

using enum FamilyType;

double as_number(std::uint64_t count) {
  return static_cast<double>(count);
}

// One counter for each value of a label.
template <typename Enum, std::size_t kCount>
void add_each(std::string_view label, const std::array<std::uint64_t, kCount>& counts,
              Encoder& to) {
  for (std::size_t i = 0; i < kCount; ++i)
    to.add({{label, to_label(static_cast<Enum>(i))}}, as_number(counts[i]));
}

void add_results(const TargetFacts& of, Encoder& to) {
  for (const model::Outcome outcome : model::all_outcomes())
    to.add({{"outcome", to_label(outcome)}, {"fault", to_label(model::fault_of(outcome))}},
           as_number(of.record.outcomes[static_cast<std::size_t>(outcome)]),
           of.record.failure(outcome));
}

void add_codes(const TargetFacts& of, Encoder& to) {
  for (const auto& [code, count] : of.record.http_codes)
    to.add({{"code", std::to_string(code)}}, as_number(count));
  if (of.record.http_codes_other > 0)
    to.add({{"code", "other"}}, as_number(of.record.http_codes_other));
}

constexpr Family kTargets[] = {
    {{"reinfer_probe_results_total", "Finished probes by outcome and by whose fault it is.",
      counter},
     add_results},
    {{"reinfer_probe_success", "1 if the last probe was ok, else 0.", gauge},
     [](const TargetFacts& of, Encoder& to) {
       if (of.record.last) to.add(of.record.last->outcome == model::Outcome::ok ? 1 : 0);
     }},
    {{"reinfer_application_answered",
      "1 if the last reply was written by the application itself, whatever it said, else 0, "
      "absent if none came.",
      gauge},
     [](const TargetFacts& of, Encoder& to) {
       if (of.record.last && of.record.last->application_answered)
         to.add(*of.record.last->application_answered ? 1 : 0);
     }},
    {{"reinfer_http_responses_total",
      "Replies by exact HTTP status code, at most 30 codes, then other.", counter},
     add_codes},
    {{"reinfer_probe_last_timestamp_seconds",
      "When the last probe ended, in seconds since the Unix epoch.", gauge},
     [](const TargetFacts& of, Encoder& to) {
       if (of.record.last) to.add(base::to_unix_seconds(of.record.last->finished));
     }},
    {{"reinfer_probe_last_success_timestamp_seconds",
      "When the last ok probe ended, in seconds since the Unix epoch.", gauge},
     [](const TargetFacts& of, Encoder& to) {
       if (of.record.last_success) to.add(base::to_unix_seconds(*of.record.last_success));
     }},
    {{"reinfer_probe_interval_seconds", "Time between two slots of the grid in seconds.", gauge},
     [](const TargetFacts& of, Encoder& to) { to.add(base::to_seconds(of.target.interval)); }},
    {{"reinfer_probe_skipped_total", "Slots of the grid that were not probed, by reason.", counter},
     [](const TargetFacts& of, Encoder& to) {
       add_each<model::SkipReason>("reason", of.record.skipped, to);
     }},
    {{"reinfer_probe_duration_seconds",
      "Client-side latency of ok probes in seconds, from the start of the request to the last "
      "byte of the body.",
      histogram},
     [](const TargetFacts& of, Encoder& to) { to.add(of.record.duration); }},
    {{"reinfer_server_processing_seconds",
      "Server time in seconds: what the server says it took, from the total entry of "
      "Server-Timing.",
      histogram},
     [](const TargetFacts& of, Encoder& to) { to.add(of.record.server_processing); }},
    {{"reinfer_network_overhead_seconds",
      "Path in seconds: the wait minus the server time, at least 0.", histogram},
     [](const TargetFacts& of, Encoder& to) { to.add(of.record.network_overhead); }},
    {{"reinfer_server_timing_replies_total",
      "Replies of the application by what their Server-Timing held.", counter},
     [](const TargetFacts& of, Encoder& to) {
       add_each<model::ServerTimingState>("state", of.record.server_timing, to);
     }},
    {{"reinfer_probe_phase_seconds_total", "Time spent in each phase that took place, in seconds.",
      counter},
     [](const TargetFacts& of, Encoder& to) {
       for (std::size_t i = 0; i < record::kPhaseCount; ++i)
         to.add({{"phase", to_label(static_cast<record::Phase>(i))}}, of.record.phases[i].seconds);
     }},
    {{"reinfer_probe_phase_samples_total", "How often each phase took place.", counter},
     [](const TargetFacts& of, Encoder& to) {
       for (std::size_t i = 0; i < record::kPhaseCount; ++i)
         to.add({{"phase", to_label(static_cast<record::Phase>(i))}},
                as_number(of.record.phases[i].samples));
     }},
    {{"reinfer_tcp_rtt_seconds",
      "Round-trip time of the last probe's connection in seconds, smoothed by the kernel "
      "(TCP_INFO); through a proxy, to the proxy.",
      gauge},
     [](const TargetFacts& of, Encoder& to) {
       if (of.record.tcp_rtt) to.add(base::to_seconds(*of.record.tcp_rtt));
     }},
    {{"reinfer_tcp_retransmits_total", "TCP segments that the kernel sent again (TCP_INFO).",
      counter},
     [](const TargetFacts& of, Encoder& to) { to.add(as_number(of.record.tcp_retransmits)); }},
    {{"reinfer_response_size_bytes", "Decoded body size of the last reply in bytes.", gauge},
     [](const TargetFacts& of, Encoder& to) {
       if (of.record.last && of.record.last->body_bytes)
         to.add(as_number(*of.record.last->body_bytes));
     }},
};

// Calls back for each objective that the target has, with the label that it adds.
template <typename Add>
void each_objective(const TargetFacts& of, Add add) {
  const auto one = [&](model::Objective objective, double ratio) {
    add(Label{"slo", to_label(objective)}, ratio, record::of(of.record.objectives, objective));
  };
  if (const auto& availability = of.target.objectives.availability)
    one(model::Objective::availability, availability->ratio);
  if (const auto& latency = of.target.objectives.latency)
    one(model::Objective::latency, latency->ratio);
}

constexpr Family kObjectives[] = {
    {{"reinfer_slo_objective_ratio", "Share of the events that must be good, as configured.",
      gauge},
     [](const TargetFacts& of, Encoder& to) {
       each_objective(of, [&](const Label& slo, double ratio, const record::EventCount&) {
         to.add({slo}, ratio);
       });
     }},
    {{"reinfer_slo_latency_threshold_seconds",
      "Longest latency in seconds that is good for the latency objective.", gauge},
     [](const TargetFacts& of, Encoder& to) {
       if (const auto& latency = of.target.objectives.latency)
         to.add(base::to_seconds(latency->threshold));
     }},
    {{"reinfer_slo_counted_fault",
      "1 if failures by this fault count against the availability objective, 0 if they are left "
      "out.",
      gauge},
     [](const TargetFacts& of, Encoder& to) {
       const auto& availability = of.target.objectives.availability;
       for (const model::Fault fault : model::kCountableFaults)
         if (availability)
           to.add({{"fault", to_label(fault)}}, model::counts(*availability, fault));
     }},
    {{"reinfer_slo_events_total",
      "Probes that were judged against the objective: not excluded by their fault and outside "
      "maintenance windows.",
      counter},
     [](const TargetFacts& of, Encoder& to) {
       each_objective(of, [&](const Label& slo, double, const record::EventCount& count) {
         to.add({slo}, as_number(count.events));
       });
     }},
    {{"reinfer_slo_good_events_total", "Those of the judged probes that were good.", counter},
     [](const TargetFacts& of, Encoder& to) {
       each_objective(of, [&](const Label& slo, double, const record::EventCount& count) {
         to.add({slo}, as_number(count.good));
       });
     }},
    {{"reinfer_slo_excluded_events_total",
      "Probes that were not judged against the objective: by their fault, in maintenance, or of "
      "the "
      "network or the edge while every control failed.",
      counter},
     [](const TargetFacts& of, Encoder& to) {
       each_objective(of, [&](const Label& slo, double, const record::EventCount& count) {
         for (std::size_t i = 0; i < model::kExclusionCount; ++i)
           to.add({slo, {"reason", to_label(static_cast<model::Exclusion>(i))}},
                  as_number(count.excluded[i]));
       });
     }},
};

}  // namespace

FamilyTable target_families() {
  return kTargets;
}

FamilyTable objective_families() {
  return kObjectives;
}

}  // namespace reinfer::metrics
