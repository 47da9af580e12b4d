// Reads the input of a month's report.
#include <algorithm>
#include <map>

#include "history/archive.h"
#include "history/packed_rows.h"
#include "history/rows.h"
#include "history/transaction.h"

namespace reinfer::history {
namespace {

using TargetsById = std::map<std::int64_t, CountedTarget>;

constexpr const char* kSettings =
    "select since_ms, setting.interval_ms, labels, setting.availability, counts, latency, "
    "threshold_us,"
    " target, probe from setting join target on target.id = setting.target where tenant = ?"
    " order by target, since_ms";

TargetsById read_settings(SQLite::Database& database, const std::string& tenant) {
  TargetsById targets;
  SQLite::Statement ask(database, kSettings);
  ask.bind(1, tenant);
  while (ask.executeStep()) {
    CountedTarget& target = targets[ask.getColumn(7).getInt64()];
    target.probe = ask.getColumn(8).getString();
    target.settings.push_back(setting_of(ask, 0));
  }
  return targets;
}

std::vector<Run> read_runs(SQLite::Database& database, base::WallTime from, base::WallTime to) {
  std::vector<Run> runs;
  SQLite::Statement ask(database,
                        "select start_ms, alive_ms from run where alive_ms >= ? and start_ms <= ?"
                        " order by start_ms");
  ask.bind(1, to_milliseconds(from));
  ask.bind(2, to_milliseconds(to));
  while (ask.executeStep())
    runs.push_back({from_milliseconds(ask.getColumn(0).getInt64()),
                    from_milliseconds(ask.getColumn(1).getInt64())});
  return runs;
}

using Slices = std::map<SliceKey, SliceCounts>;

// Those that are in no row of a day: not folded yet, or of an older file.
Slices read_slices(SQLite::Database& database, const std::string& tenant, std::int64_t first,
                   std::int64_t last) {
  Slices sums;
  SQLite::Statement results(database, kUncountedResults);
  results.bind(1, INT64_MAX);
  add_results(results, sums);
  SQLite::Statement skips(database, kUncountedSkips);
  add_skipped(skips, sums);
  SQLite::Statement ask(database,
                        "select start, target, counts from slice where start between ? and ?"
                        " and target in (select id from target where tenant = ?)");
  ask.bind(1, first);
  ask.bind(2, last);
  ask.bind(3, tenant);
  while (ask.executeStep())
    sums[{ask.getColumn(0).getInt64(), ask.getColumn(1).getInt64()}].add(
        slice_from_text(ask.getColumn(2).getString()));
  return sums;
}

void read_days(SQLite::Database& database, const TargetsById& targets, std::int64_t first,
               std::int64_t last, UnreadableDays& unreadable, Slices& sums) {
  std::vector<std::int64_t> ids;
  for (const auto& [id, target] : targets)
    ids.push_back(id);
  each_day_of_slices(database, ids, {day_place(first, kSlice).day, day_place(last, kSlice).day},
                     unreadable,
                     [&](std::int64_t target, std::int64_t day, const SlicesOfDay& slices) {
                       for (const auto& [number, counts] : slices)
                         sums[{stretch_in(day, number, kSlice), target}].add(counts);
                     });
}

std::optional<base::WallTime> kept_from(SQLite::Database& database, UnreadableDays& unreadable) {
  std::optional<std::int64_t> first = first_slice(database, unreadable);
  SQLite::Statement oldest(database, "select min(start) from slice");
  if (oldest.executeStep() && !oldest.getColumn(0).isNull())
    first = std::min(first.value_or(INT64_MAX), oldest.getColumn(0).getInt64());
  if (!first) return std::nullopt;
  return begin_of(*first, kSlice);
}

}  // namespace

Stored<std::vector<std::string>> Archive::tenants() {
  return guarded([&] {
    std::vector<std::string> names;
    SQLite::Statement ask(*database_, "select distinct tenant from target order by tenant");
    while (ask.executeStep())
      names.push_back(ask.getColumn(0).getString());
    return names;
  });
}

Stored<Counted> Archive::counted(const std::string& tenant, base::WallTime from,
                                 base::WallTime to) {
  return guarded([&] {
    // One view of all tables: a fold moves results from one to the other.
    SQLite::Transaction transaction(*database_);
    const std::int64_t first = stretch_of(from, kSlice);
    const std::int64_t last = stretch_of(to, kSlice);
    TargetsById targets = read_settings(*database_, tenant);
    Counted counted;
    counted.runs = read_runs(*database_, from, to);
    Slices slices = read_slices(*database_, tenant, first, last);
    read_days(*database_, targets, first, last, unreadable_, slices);
    for (const auto& [key, counts] : slices) {
      const auto found = targets.find(key.target);
      if (found == targets.end() || key.start < first || key.start > last) continue;
      found->second.slices.push_back({begin_of(key.start, kSlice), counts});
    }
    counted.kept_from = kept_from(*database_, unreadable_);
    for (auto& [id, target] : targets)
      counted.targets.push_back(std::move(target));
    std::sort(counted.targets.begin(), counted.targets.end(),
              [](const auto& a, const auto& b) { return a.probe < b.probe; });
    return counted;
  });
}

}  // namespace reinfer::history
