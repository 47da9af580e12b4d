// What the limits on age and size take away.
#include <algorithm>
#include <array>

#include "history/packed_rows.h"
#include "history/store.h"
#include "history/transaction.h"
#include "record/incident_facts.h"

namespace reinfer::history {
namespace {

constexpr const char* kForgetBlips =
    "delete from incident where failures < 3 and recovered_ms is not null and since_ms < ?"
    " and exists (select 1 from incident as later where later.target = incident.target"
    " and later.since_ms > incident.since_ms)";
static_assert(record::kFailuresOfIncident == 3);

constexpr const char* kHoursPacked = "select min(id) / 4294967296 from packed_hours";
constexpr const char* kHoursOpen = "select min(start) / 24 from latency where width = 3600";
constexpr const char* kOldestEvidence = "select min(finished_ms) / 86400000 from evidence";
constexpr const char* kForgetHours =
    "delete from packed_hours where id < ((select min(id) from packed_hours) / 4294967296 + 1)"
    " * 4294967296";
constexpr const char* kForgetOpenHours =
    "delete from latency where width = 3600 and start <="
    " (select min(start) + 23 from latency where width = 3600)";
constexpr const char* kForgetEvidence =
    "delete from evidence where id in (select id from evidence order by finished_ms limit 1000)";

// All that is older than any limit.
constexpr std::int64_t kAnyDay = std::int64_t{1} << 30;

// Each takes the oldest day, or some rows, before a day.
constexpr std::array<const char*, 3> kOldDays = {
    "delete from packed_days where id < ?1 * 4294967296 and id <"
    " ((select min(id) from packed_days) / 4294967296 + 1) * 4294967296",
    "delete from latency where width = 86400 and start < ?1 and start ="
    " (select min(start) from latency where width = 86400)",
    "delete from availability where width = 86400 and start < ?1 and start ="
    " (select min(start) from availability where width = 86400)"};
constexpr std::array<const char*, 5> kQuartersAndSlices = {
    "delete from packed_quarters where id < ?1 * 4294967296 and id <"
    " ((select min(id) from packed_quarters) / 4294967296 + 1) * 4294967296",
    "delete from availability where width = 900 and start < ?1 * 96 and start <="
    " (select min(start) + 95 from availability where width = 900)",
    "delete from packed_slices where id < ?1 * 4294967296 and id <"
    " ((select min(id) from packed_slices) / 4294967296 + 1) * 4294967296",
    "delete from slice where start < ?1 * 288 and start <="
    " (select min(start) + 287 from slice)",
    "delete from incident where since_ms < ?1 * 86400000 and id in (select id from incident"
    " where recovered_ms is not null order by since_ms limit 1000)"};

}  // namespace

std::uint64_t Store::used_bytes() {
  const auto value = [&](const char* pragma) {
    return static_cast<std::uint64_t>(database_->execAndGet(pragma).getInt64());
  };
  return (value("pragma page_count") - value("pragma freelist_count")) * value("pragma page_size");
}

Stored<std::uint64_t> Store::size() {
  return guarded([&] { return used_bytes(); });
}

Stored<Pruned> Store::prune(const model::StorageLimits& limits, base::WallTime now) {
  Pruned pruned;
  const auto done = transact([&] {
    const auto forget = [&](const char* sql, std::int64_t before) {
      SQLite::Statement& old = statement(sql);
      old.bind(1, before);
      old.exec();
    };
    const auto first_id = [](base::WallTime when) { return packed_id(stretch_of(when, kDay), 0); };
    const base::WallTime fine = now - kFineKept;
    const base::WallTime days = now - limits.availability;
    forget("delete from availability where width = 900 and start < ?", stretch_of(fine, kQuarter));
    forget("delete from latency where width = 3600 and start < ?", stretch_of(fine, kHour));
    forget("delete from availability where width = 86400 and start < ?", stretch_of(days, kDay));
    forget("delete from latency where width = 86400 and start < ?", stretch_of(days, kDay));
    forget("delete from slice where start < ?", stretch_of(now - kSlicesKept, kSlice));
    forget("delete from packed_slices where id < ?", first_id(now - kSlicesKept));
    forget("delete from packed_quarters where id < ?", first_id(fine));
    // Of a day that nobody packed while it was young.
    forget("delete from open_day where day < ?", stretch_of(now - kSlicesKept, kDay));
    forget("update open_day set quarters = x'' where day < ? and quarters <> x''",
           stretch_of(fine, kDay));
    forget("delete from packed_hours where id < ?", first_id(fine));
    forget("delete from packed_days where id < ?", first_id(days));
    forget("delete from run where alive_ms < ?", to_milliseconds(now - kSlicesKept));
    forget("delete from incident where since_ms < ? and recovered_ms is not null",
           to_milliseconds(days));
    // Blips, which nobody lists: of each target the last one says since when it is fine.
    forget(kForgetBlips, to_milliseconds(now - kDay));
    forget("delete from evidence where finished_ms < ?", to_milliseconds(now - limits.evidence));
    forget("delete from evidence where good = 1 and finished_ms < ?",
           to_milliseconds(now - kSlowestKept));
    forget("delete from target where removed_ms < ?", to_milliseconds(days));
    // SQLite gives the id of the last target again.
    statement("delete from setting where target not in (select id from target)").exec();
    prune_by_size(limits.bytes_max, now, pruned);
  });
  if (!done) return tl::unexpected(done.error());
  // Outside of a transaction, a little at a time.
  return guarded([&] {
    database_->exec("pragma incremental_vacuum(1000)");
    return pruned;
  });
}

// By day, with evidence: whichever is older goes first, up to but without the day `before`.
void Store::forget_finest(std::uint64_t bytes_max, std::int64_t before, Pruned& pruned) {
  const auto oldest = [&](const char* sql) {
    SQLite::Statement& ask = statement(sql);
    const bool found = ask.executeStep() && !ask.getColumn(0).isNull();
    const std::int64_t day = found ? ask.getColumn(0).getInt64() : kAnyDay;
    ask.reset();
    return day;
  };
  while (used_bytes() > bytes_max) {
    const std::int64_t packed = oldest(kHoursPacked);
    const std::int64_t hours = packed < kAnyDay ? packed : oldest(kHoursOpen);
    const std::int64_t evidence = oldest(kOldestEvidence);
    if (std::min(hours, evidence) >= before) return;
    if (evidence < hours)
      pruned.evidence += static_cast<std::size_t>(statement(kForgetEvidence).exec());
    else
      pruned.stretches += static_cast<std::size_t>(
          statement(packed < kAnyDay ? kForgetHours : kForgetOpenHours).exec());
  }
}

// What people ask for after months is held longest: the days that the page shows, and the slices,
// of which the report of a month is made.
void Store::prune_by_size(std::uint64_t bytes_max, base::WallTime now, Pruned& pruned) {
  const auto forget = [&](const char* sql, std::int64_t before) {
    while (used_bytes() > bytes_max) {
      SQLite::Statement& oldest = statement(sql);
      oldest.bind(1, before);
      const int rows = oldest.exec();
      if (rows == 0) return;
      pruned.stretches += static_cast<std::size_t>(rows);
    }
  };
  forget_finest(bytes_max, stretch_of(now - kFineHeld, kDay), pruned);
  for (const char* sql : kOldDays)
    forget(sql, stretch_of(now - kDaysHeld, kDay));
  forget_finest(bytes_max, kAnyDay, pruned);
  for (const char* sql : kQuartersAndSlices)
    forget(sql, kAnyDay);
  for (const char* sql : kOldDays)
    forget(sql, kAnyDay);
}

}  // namespace reinfer::history
