#include "sla/coverage.h"

#include <algorithm>

namespace reinfer::sla {
namespace {

bool overlap(const Growth& a, const Growth& b) {
  return a.to > b.from && a.from < b.to;
}

// Whether the exporter lived through a silence: nothing began anew, and something went on.
bool lived_through(const Growth& silence, const std::vector<std::vector<Growth>>& others) {
  if (silence.broken) return false;
  bool grew = silence.count > 0;
  for (const auto& counter : others)
    for (const Growth& step : counter) {
      if (!overlap(step, silence)) continue;
      if (step.broken) return false;
      grew = grew || step.count > 0;
    }
  return grew;
}

void add_cut(std::vector<TimeSpan>& spans, TimeSpan span, const TimeSpan& month) {
  span = {std::max(span.from, month.from), std::min(span.to, month.to)};
  if (span.from < span.to) spans.push_back(span);
}

}  // namespace

Coverage coverage_of(const std::vector<Growth>& events,
                     const std::vector<std::vector<Growth>>& others, const TimeSpan& month) {
  Coverage coverage;
  base::WallTime seen = month.from;
  bool first = true;
  coverage.counted = month;
  for (const Growth& step : events) {
    if (step.to <= month.from || step.from >= month.to) continue;
    if (first && step.from - month.from > kSilenceMax)
      add_cut(coverage.unwatched, {month.from, step.from}, month);
    if (first && (step.from - month.from <= kSilenceMax) &&
        (step.to - step.from <= kSilenceMax || lived_through(step, others)))
      coverage.counted.from = step.from;
    if (first) coverage.data = TimeSpan{std::max(step.from, month.from), month.from};
    first = false;
    if (step.to - step.from > kSilenceMax)
      add_cut(lived_through(step, others) ? coverage.unseen : coverage.unwatched,
              {step.from, step.to}, month);
    if (step.broken && step.to <= month.to) ++coverage.restarts;
    if (step.to <= month.to && month.to - step.to <= kSilenceMax) coverage.counted.to = step.to;
    if (step.to > month.to && lived_through(step, others)) coverage.counted.to = step.from;
    seen = std::min(step.to, month.to);
  }
  if (coverage.data) coverage.data->to = seen;
  if (!coverage.data || month.to - seen > kSilenceMax)
    add_cut(coverage.unwatched, {seen, month.to}, month);
  coverage.watched = month.to - month.from;
  for (const TimeSpan& span : coverage.unwatched)
    coverage.watched -= span.to - span.from;
  return coverage;
}

}  // namespace reinfer::sla
