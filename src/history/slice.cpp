#include "history/slice.h"

#include <fmt/format.h>

#include <charconv>
#include <iterator>

#include "base/text.h"

namespace reinfer::history {
namespace {

constexpr std::string_view kSkippedPrefix = "skipped:";

void append(std::string& text, std::string_view name, std::string_view sign, std::uint64_t count) {
  if (count == 0) return;
  fmt::format_to(std::back_inserter(text), "{}{}{} {}", text.empty() ? "" : " ", name, sign, count);
}

// The counter of that name; nullptr if there is none.
std::uint64_t* counter_of(SliceCounts& counts, std::string_view name) {
  for (std::size_t i = 0; i < counts.objectives.size(); ++i) {
    const std::string_view objective = to_label(static_cast<model::Objective>(i));
    if (!name.starts_with(objective) || name.size() != objective.size() + 1) continue;
    if (name.back() == '+') return &counts.objectives[i].good;
    if (name.back() == '-') return &counts.objectives[i].bad;
    if (name.back() == '~') return &counts.objectives[i].egress;
  }
  if (name.starts_with(kSkippedPrefix)) {
    for (std::size_t i = 0; i < counts.skipped.size(); ++i)
      if (name.substr(kSkippedPrefix.size()) == to_label(static_cast<model::SkipReason>(i)))
        return &counts.skipped[i];
    return nullptr;
  }
  const auto outcome = model::outcome_from_label(name);
  return outcome ? &counts.results[static_cast<std::size_t>(*outcome)] : nullptr;
}

}  // namespace

void SliceCounts::count(const record::JournalEntry& entry) {
  for (std::size_t i = 0; i < objectives.size(); ++i) {
    OfObjective& objective = objectives[i];
    switch (entry.marks[i]) {
      case record::EventMark::good:
        ++objective.good;
        break;
      case record::EventMark::bad:
        ++objective.bad;
        break;
      case record::EventMark::egress:
        ++objective.egress;
        break;
      case record::EventMark::none:
        break;
    }
  }
  ++results[static_cast<std::size_t>(entry.outcome)];
}

void SliceCounts::add(const SliceCounts& other) {
  for (std::size_t i = 0; i < objectives.size(); ++i) {
    objectives[i].good += other.objectives[i].good;
    objectives[i].bad += other.objectives[i].bad;
    objectives[i].egress += other.objectives[i].egress;
  }
  for (std::size_t i = 0; i < results.size(); ++i)
    results[i] += other.results[i];
  for (std::size_t i = 0; i < skipped.size(); ++i)
    skipped[i] += other.skipped[i];
}

std::string to_text(const SliceCounts& counts) {
  std::string text;
  for (std::size_t i = 0; i < counts.objectives.size(); ++i) {
    const std::string_view name = to_label(static_cast<model::Objective>(i));
    append(text, name, "+", counts.objectives[i].good);
    append(text, name, "-", counts.objectives[i].bad);
    append(text, name, "~", counts.objectives[i].egress);
  }
  for (const model::Outcome outcome : model::all_outcomes())
    append(text, to_label(outcome), "", counts.results[static_cast<std::size_t>(outcome)]);
  for (std::size_t i = 0; i < counts.skipped.size(); ++i)
    append(text, fmt::format("{}{}", kSkippedPrefix, to_label(static_cast<model::SkipReason>(i))),
           "", counts.skipped[i]);
  return text;
}

SliceCounts slice_from_text(std::string_view text) {
  SliceCounts counts;
  const auto words = base::split(text, ' ');
  for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
    std::uint64_t* counter = counter_of(counts, words[i]);
    const std::string_view number = words[i + 1];
    if (counter != nullptr) std::from_chars(number.data(), number.data() + number.size(), *counter);
  }
  return counts;
}

}  // namespace reinfer::history
