#include "history/rows.h"

#include <nlohmann/json.hpp>

namespace reinfer::history {
namespace {

constexpr unsigned kMarkBase = 4;  // values of EventMark

std::uint64_t number(SQLite::Statement& row, int column) {
  return static_cast<std::uint64_t>(row.getColumn(column).getInt64());
}

model::Fault fault_of_label(const std::string& label) {
  for (const model::Fault fault : kFailingFaults)
    if (model::to_label(fault) == label) return fault;
  return model::Fault::none;
}

// Text that this program did not write is left out.
nlohmann::json array_of(const std::string& text) {
  nlohmann::json parsed = nlohmann::json::parse(text, nullptr, false);
  return parsed.is_array() ? parsed : nlohmann::json::array();
}

}  // namespace

record::JournalEntry entry_of(SQLite::Statement& row) {
  record::JournalEntry entry;
  entry.finished = from_milliseconds(row.getColumn(1).getInt64());
  entry.outcome = model::outcome_from_label(row.getColumn(2).getString())
                      .value_or(model::Outcome::monitor_error);
  entry.excluded = row.getColumn(3).getInt() != 0;
  entry.missed = row.getColumn(4).getUInt();
  for (std::size_t i = 0; i < entry.figures.size(); ++i) {
    const SQLite::Column figure = row.getColumn(static_cast<int>(5 + i));
    if (!figure.isNull()) entry.figures[i] = figure.getUInt();
  }
  auto marks = row.getColumn(8).getUInt();
  for (record::EventMark& mark : entry.marks) {
    mark = static_cast<record::EventMark>(marks % kMarkBase);
    marks /= kMarkBase;
  }
  return entry;
}

std::int64_t to_number(const record::EventMarks& marks) {
  std::int64_t number = 0;
  for (auto mark = marks.rbegin(); mark != marks.rend(); ++mark)
    number = number * kMarkBase + static_cast<std::int64_t>(*mark);
  return number;
}

Availability availability_of(SQLite::Statement& row, int first) {
  Availability sum{number(row, first),
                   number(row, first + 1),
                   number(row, first + 2),
                   number(row, first + 3),
                   {},
                   {}};
  for (std::size_t i = 0; i < kFailingFaults.size(); ++i)
    sum.faults[static_cast<std::size_t>(kFailingFaults[i])] =
        number(row, first + 4 + static_cast<int>(i));
  sum.interval = std::chrono::milliseconds(
      row.getColumn(first + 4 + static_cast<int>(kFailingFaults.size())).getInt64());
  return sum;
}

Setting setting_of(SQLite::Statement& row, int first) {
  Setting setting;
  setting.since = from_milliseconds(row.getColumn(first).getInt64());
  setting.interval = std::chrono::milliseconds(row.getColumn(first + 1).getInt64());
  const nlohmann::json labels =
      nlohmann::json::parse(row.getColumn(first + 2).getString(), nullptr, false);
  if (labels.is_object())
    for (const auto& [name, value] : labels.items())
      if (value.is_string()) setting.labels[name] = value.get<std::string>();
  if (!row.getColumn(first + 3).isNull())
    setting.availability = row.getColumn(first + 3).getDouble();
  const nlohmann::json counts = array_of(row.getColumn(first + 4).getString());
  for (std::size_t i = 0; i < std::min(counts.size(), setting.counts.size()); ++i)
    setting.counts[i] = counts[i].is_boolean() && counts[i].get<bool>();
  if (!row.getColumn(first + 5).isNull()) setting.latency = row.getColumn(first + 5).getDouble();
  setting.threshold = std::chrono::microseconds(row.getColumn(first + 6).getInt64());
  return setting;
}

void add_results(SQLite::Statement& rows, std::map<SliceKey, SliceCounts>& sums) {
  while (rows.executeStep()) {
    const record::JournalEntry entry = entry_of(rows);
    sums[{stretch_of(entry.finished, kSlice), rows.getColumn(0).getInt64()}].count(entry);
  }
}

void add_skipped(SQLite::Statement& rows, std::map<SliceKey, SliceCounts>& sums) {
  while (rows.executeStep()) {
    const base::WallTime at = from_milliseconds(rows.getColumn(1).getInt64());
    const std::string reason = rows.getColumn(2).getString();
    SliceCounts& sum = sums[{stretch_of(at, kSlice), rows.getColumn(0).getInt64()}];
    for (std::size_t i = 0; i < sum.skipped.size(); ++i)
      if (model::to_label(static_cast<model::SkipReason>(i)) == reason)
        sum.skipped[i] += number(rows, 3);
  }
}

record::IncidentFacts incident_of(SQLite::Statement& row) {
  record::IncidentFacts incident;
  incident.id = row.getColumn(0).getInt64();
  incident.tenant = row.getColumn(1).getString();
  incident.probe = row.getColumn(2).getString();
  incident.url = row.getColumn(3).getString();
  incident.removed = !row.getColumn(4).isNull();
  incident.since = from_milliseconds(row.getColumn(5).getInt64());
  if (!row.getColumn(6).isNull())
    incident.recovered = from_milliseconds(row.getColumn(6).getInt64());
  incident.last_failure = from_milliseconds(row.getColumn(7).getInt64());
  incident.fault = fault_of_label(row.getColumn(8).getString());
  incident.outcome = model::outcome_from_label(row.getColumn(9).getString())
                         .value_or(model::Outcome::monitor_error);
  const nlohmann::json counts = array_of(row.getColumn(10).getString());
  for (std::size_t i = 0; i < std::min(counts.size(), incident.counts.size()); ++i)
    if (counts[i].is_number_unsigned()) incident.counts[i] = counts[i].get<std::uint64_t>();
  const nlohmann::json since = array_of(row.getColumn(11).getString());
  for (std::size_t i = 0; i < std::min(since.size(), incident.fault_since.size()); ++i)
    if (since[i].is_number_integer())
      incident.fault_since[i] = from_milliseconds(since[i].get<std::int64_t>());
  incident.failures = number(row, 12);
  incident.good_in_a_row = row.getColumn(13).getUInt();
  incident.good_since = from_milliseconds(row.getColumn(14).getInt64());
  incident.maintained = row.getColumn(15).getInt() != 0;
  return incident;
}

}  // namespace reinfer::history
