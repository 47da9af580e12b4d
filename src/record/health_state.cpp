#include "record/health_state.h"

#include <algorithm>

namespace reinfer::record {

model::Fault Incident::main_fault() const {
  const auto most = std::max_element(results.begin() + 1, results.end());
  return static_cast<model::Fault>(most - results.begin());
}

void HealthState::note(const model::ProbeResult& result) {
  if (skipped[static_cast<std::size_t>(model::SkipReason::stall)] > 0) stalled = result.finished;
  skipped = {};
  finished = result.finished;
  const model::Fault fault = model::fault_of(result.outcome);
  const auto index = static_cast<std::size_t>(fault);

  if (fault == model::Fault::none) {
    if (!trouble) {
      if (!good_since) good_since = result.finished;
      return;
    }
    ++trouble->results[index];
    if (trouble->good_in_a_row++ == 0) trouble->good_since = result.finished;
    if (trouble->good_in_a_row < kGoodToRecover) return;
    good_since = trouble->good_since;
    past = trouble;
    trouble.reset();
    return;
  }
  if (!trouble) {
    trouble = Incident{};
    trouble->since = result.finished;
  }
  good_since.reset();
  ++trouble->results[index];
  if (!trouble->fault_since[index]) trouble->fault_since[index] = result.finished;
  trouble->good_in_a_row = 0;
  trouble->outcome = result.outcome;
  trouble->last_failure = result.finished;
}

void HealthState::note_skipped(model::SkipReason reason, std::uint64_t count) {
  skipped[static_cast<std::size_t>(reason)] += count;
}

std::uint64_t HealthState::missed() const {
  std::uint64_t sum = 0;
  for (const model::SkipReason reason :
       {model::SkipReason::overlap, model::SkipReason::limit, model::SkipReason::stall})
    sum += skipped[static_cast<std::size_t>(reason)];
  return sum;
}

}  // namespace reinfer::record
