#include "record/journal.h"

#include <algorithm>

namespace reinfer::record {
namespace {

std::uint32_t whole_microseconds(const std::optional<base::Nanoseconds>& time) {
  if (!time) return JournalEntry::kAbsent;
  const auto count = std::chrono::duration_cast<std::chrono::microseconds>(*time).count();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(count, 0, JournalEntry::kAbsent - 1));
}

JournalBatch batch_of(std::shared_ptr<const model::Plan> plan) {
  JournalBatch batch;
  batch.plan = std::move(plan);
  return batch;
}

}  // namespace

void Journal::open(std::shared_ptr<const model::Plan> plan) {
  if (!is_open()) batches_.push_back(batch_of(std::move(plan)));
}

void Journal::adopt(std::shared_ptr<const model::Plan> plan) {
  if (!is_open()) return;
  if (batches_.back().empty()) batches_.pop_back();
  batches_.push_back(batch_of(std::move(plan)));
}

void Journal::note(const model::ProbeResult& result, std::uint64_t missed, bool excluded,
                   const EventMarks& marks) {
  if (!is_open()) return;
  if (entries_ == kEntriesMax) {
    ++batches_.back().dropped_entries;
    return;
  }
  ++entries_;
  JournalEntry entry{result.target,
                     result.finished.wall,
                     result.outcome,
                     excluded,
                     static_cast<std::uint32_t>(std::min<std::uint64_t>(missed, UINT32_MAX)),
                     marks,
                     {}};
  const model::LatencyFigures figures = model::latency_figures(result);
  std::transform(figures.begin(), figures.end(), entry.figures.begin(), whole_microseconds);
  batches_.back().entries.push_back(entry);
}

void Journal::note_skipped(model::TargetIndex target, model::SkipReason reason,
                           std::uint64_t count) {
  if (!is_open()) return;
  if (entries_ == kEntriesMax) {
    ++batches_.back().dropped_entries;
    return;
  }
  ++entries_;
  batches_.back().skipped.push_back({target, reason, count});
}

void Journal::note_evidence(const model::ProbeResult& result) {
  if (!is_open()) return;
  if (evidence_ == kEvidenceMax) {
    ++batches_.back().dropped_evidence;
    return;
  }
  ++evidence_;
  batches_.back().evidence.push_back(result);
}

void Journal::note_health(model::TargetIndex target, const HealthState& health, bool before) {
  // Good results without an incident change nothing. The number of entries bounds the others.
  if (!is_open() || entries_ == kEntriesMax || (!before && !health.trouble)) return;
  batches_.back().incidents.push_back({target, health.trouble,
                                       before && !health.trouble ? health.past : std::nullopt,
                                       health.good_since.value_or(base::Instant{})});
}

std::vector<JournalBatch> Journal::take() {
  if (!is_open()) return {};
  std::vector<JournalBatch> taken = std::move(batches_);
  batches_ = {batch_of(taken.back().plan)};
  entries_ = evidence_ = 0;
  if (taken.back().empty()) taken.pop_back();
  return taken;
}

}  // namespace reinfer::record
