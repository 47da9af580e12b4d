// Rows of days: those that are open and those that are packed. For the .cpp files of this room
// alone, since it includes SQLiteCpp.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "history/packed.h"
#include "history/unreadable.h"

namespace reinfer::history {

std::string_view name_of(Part part);

// The id of a packed day.
std::int64_t packed_id(std::int64_t day, std::int64_t target);

struct DaySpan {
  std::int64_t first = 0;
  std::int64_t last = 0;
};
// nullopt: all of them.
using Targets = std::optional<std::vector<std::int64_t>>;
// Of a target and a day. Of one day there may be two calls, for what came late.
template <typename Day>
using Visit = std::function<void(std::int64_t target, std::int64_t day, const Day& read)>;

// Packed days with those that are open. Those that cannot be read are noted and left out.
void each_day_of_slices(SQLite::Database& database, const Targets& targets, DaySpan span,
                        UnreadableDays& unreadable, const Visit<SlicesOfDay>& visit);
void each_day_of_quarters(SQLite::Database& database, const Targets& targets, DaySpan span,
                          UnreadableDays& unreadable, const Visit<QuartersOfDay>& visit);
// Packed ones alone. `part`: hours or days.
void each_day_of_latencies(SQLite::Database& database, Part part, std::int64_t target, DaySpan span,
                           UnreadableDays& unreadable, const Visit<LatenciesOfDay>& visit);

// When the first slice of all was, open or packed.
std::optional<std::int64_t> first_slice(SQLite::Database& database, UnreadableDays& unreadable);

// "slices of acme/projects on 2026-11-29".
std::string place_of(SQLite::Database& database, Part part, std::int64_t target, std::int64_t day);

}  // namespace reinfer::history
