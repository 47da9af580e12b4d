// Which outcomes made an objective's events bad, and why other results were no events. Joins the
// counters of results to those of events by time: the exporter exposes both at once. Used by
// sla/report.h. Pure functions; any thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sla/outages.h"
#include "sla/stored_series.h"

namespace reinfer::sla {

// Reasons of `excluded` besides the faults.
inline constexpr const char* kMaintenance = "maintenance";
inline constexpr const char* kEgress = "egress";
// Bad events that no result explains.
inline constexpr const char* kUnexplained = "unexplained";

struct Attribution {
  std::map<std::string, double> bad;       // by outcome, kUnexplained included
  std::map<std::string, double> excluded;  // by fault, kMaintenance or kEgress
};

// The steps of an availability or latency objective, in order of time.
std::vector<JudgedStep> judged_steps(const Vantage& vantage, const std::string& slo);

// Says of bad availability events which outcome they had (in `steps` too), and of other results of
// `month` why they did not count.
Attribution attribute(const Vantage& vantage, std::vector<JudgedStep>& steps,
                      const TimeSpan& month);

}  // namespace reinfer::sla
