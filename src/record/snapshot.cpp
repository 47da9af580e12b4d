#include "record/snapshot.h"

#include <numeric>

namespace reinfer::record {

std::string_view to_label(Phase phase) {
  static constexpr std::array<std::string_view, kPhaseCount> kLabels = {
      "resolve", "connect", "tls", "send", "wait", "receive"};
  return kLabels.at(static_cast<std::size_t>(phase));
}

std::string_view to_label(Dropped what) {
  static constexpr std::array<std::string_view, kDroppedCount> kLabels = {
      "server_timing_entries", "header_lines", "http_codes", "evidence", "name_lookups"};
  return kLabels.at(static_cast<std::size_t>(what));
}

std::uint64_t TargetRecord::results() const {
  return std::accumulate(outcomes.begin(), outcomes.end(), std::uint64_t{0});
}

const Exemplar* TargetRecord::failure(model::Outcome outcome) const {
  for (const OutcomeExemplar& kept : failures)
    if (kept.outcome == outcome) return &kept.exemplar;
  return nullptr;
}

std::uint64_t TargetRecord::skips() const {
  return std::accumulate(skipped.begin(), skipped.end(), std::uint64_t{0});
}

}  // namespace reinfer::record
