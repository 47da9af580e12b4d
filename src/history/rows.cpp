#include "history/rows.h"

#include <nlohmann/json.hpp>

namespace reinfer::history {
namespace {

std::uint64_t number(SQLite::Statement& row, int column) {
  return static_cast<std::uint64_t>(row.getColumn(column).getInt64());
}

model::Fault fault_of_label(const std::string& label) {
  for (const model::Fault fault : kFailingFaults)
    if (model::to_label(fault) == label) return fault;
  return model::Fault::none;
}

// What is not as we write it is left out.
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
  return entry;
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
