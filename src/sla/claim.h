// The facts for a claim for service credits from the vendor, of a breached objective. Used by
// the table and the JSON of the report. Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "sla/report.h"

namespace reinfer::sla {

struct Claim {
  std::string subject;                // whose, what, when (UTC)
  std::string calculation;            // the ratio, step by step
  std::vector<std::string> excluded;  // exclusions with their reasons
  std::vector<std::string> evidence;  // where more is to be had
};

// Nothing unless the row is breached.
std::optional<Claim> claim_of(const SlaReport& report, const SlaRow& row);

}  // namespace reinfer::sla
