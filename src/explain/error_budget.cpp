#include "explain/error_budget.h"

namespace reinfer::explain {

std::optional<double> ErrorBudget::ratio() const {
  if (events <= 0) return std::nullopt;
  return (events - bad) / events;
}

std::optional<double> ErrorBudget::spent() const {
  const double allowed = events * (1 - promised);
  if (allowed <= 0) return std::nullopt;
  return bad / allowed;
}

std::optional<double> promised_ratio(const model::Objectives& objectives,
                                     model::Objective objective) {
  if (objective == model::Objective::availability)
    return objectives.availability ? std::optional(objectives.availability->ratio) : std::nullopt;
  return objectives.latency ? std::optional(objectives.latency->ratio) : std::nullopt;
}

std::optional<ErrorBudget> counted_budget(const model::Objectives& objectives,
                                          model::Objective objective,
                                          const record::TargetRecord& record) {
  const auto promised = promised_ratio(objectives, objective);
  if (!promised) return std::nullopt;
  const record::EventCount& count = record::of(record.objectives, objective);
  ErrorBudget budget;
  budget.promised = *promised;
  budget.events = static_cast<double>(count.events);
  budget.bad = static_cast<double>(count.events - count.good);
  budget.since = record.created;
  return budget;
}

}  // namespace reinfer::explain
