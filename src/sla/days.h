// The month's figures day by day, for its plot. Counts are those of the month, split at midnight of
// its zone, so that days add up to it. Used by sla/report.h and sla/tenant_slices.h. Pure but for
// the system's time zones; any thread.
#pragma once

#include <vector>

#include "sla/month.h"
#include "sla/outages.h"
#include "sla/slots.h"

namespace reinfer::sla {

struct DayFigures {
  unsigned day = 0;  // of the month, from 1
  TimeSpan span;     // cut to the month
  Count events = 0;
  Count bad = 0;
  double watched = 0;  // share of the day's slots that were judged
};

// Days of the month that have begun, without figures.
std::vector<DayFigures> empty_days(const Month& month);

// Each step is of the day in which it ends.
void count_days(std::vector<DayFigures>& days, const std::vector<JudgedStep>& steps);

// Growth across midnight is divided by time.
void watch_days(std::vector<DayFigures>& days, const std::vector<Growth>& judged,
                const DueSlots& due);

}  // namespace reinfer::sla
