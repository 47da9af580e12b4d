// From rows of the tables to values. For the .cpp files of this room alone, since it includes
// SQLiteCpp.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <compare>
#include <cstdint>
#include <map>

#include "history/archive.h"
#include "history/slice.h"
#include "history/stretch.h"

namespace reinfer::history {

// Columns: target, finished_ms, outcome, excluded, missed, total_us, server_us, path_us, marks.
record::JournalEntry entry_of(SQLite::Statement& row);
// The marks of a result as one number.
std::int64_t to_number(const record::EventMarks& marks);
// Columns from `first` on: good to monitor, in the order of the table, and interval_ms.
Availability availability_of(SQLite::Statement& row, int first);

// Columns from `first` on: since_ms, interval_ms, labels, availability, counts, latency,
// threshold_us.
Setting setting_of(SQLite::Statement& row, int first);

struct SliceKey {
  std::int64_t start = 0;
  std::int64_t target = 0;
  auto operator<=>(const SliceKey&) const = default;
};

// Results up to an id, and slots without a probe, that are in no slice yet.
inline constexpr const char* kUncountedResults =
    "select target, finished_ms, outcome, excluded, missed, null, null, null, marks from result"
    " where id <= ?";
inline constexpr const char* kUncountedSkips = "select target, at_ms, reason, count from skipped";
void add_results(SQLite::Statement& rows, std::map<SliceKey, SliceCounts>& sums);
void add_skipped(SQLite::Statement& rows, std::map<SliceKey, SliceCounts>& sums);

// A query without its conditions, whose rows incident_of() reads.
inline constexpr const char* kSelectIncident =
    "select incident.id, tenant, probe, url, removed_ms, since_ms, recovered_ms, incident.last_ms,"
    " fault, outcome, counts, fault_since, failures, good_in_a_row, good_since_ms, maintained,"
    " incident.target from incident join target on target.id = incident.target";
record::IncidentFacts incident_of(SQLite::Statement& row);

}  // namespace reinfer::history
