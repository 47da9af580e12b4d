// From rows of the tables to values. For the .cpp files of this room alone, since it includes
// SQLiteCpp.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include "history/archive.h"
#include "history/stretch.h"

namespace reinfer::history {

// Columns: target, finished_ms, outcome, excluded, missed, total_us, server_us, path_us.
record::JournalEntry entry_of(SQLite::Statement& row);
// Columns from `first` on: good to monitor, in the order of the table, and interval_ms.
Availability availability_of(SQLite::Statement& row, int first);

// A query without its conditions, whose rows incident_of() reads.
inline constexpr const char* kSelectIncident =
    "select incident.id, tenant, probe, url, removed_ms, since_ms, recovered_ms, incident.last_ms,"
    " fault, outcome, counts, fault_since, failures, good_in_a_row, good_since_ms, maintained,"
    " incident.target from incident join target on target.id = incident.target";
record::IncidentFacts incident_of(SQLite::Statement& row);

}  // namespace reinfer::history
