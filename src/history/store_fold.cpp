// From single results to stretches, and what the limits take away.
#include <array>

#include "history/rows.h"
#include "history/store.h"
#include "history/stretch.h"
#include "history/transaction.h"
#include "record/incident_facts.h"

namespace reinfer::history {
namespace {

constexpr const char* kFold =
    "select target, finished_ms, outcome, excluded, missed, total_us, server_us, path_us,"
    " marks, (select interval_ms from target where id = result.target)"
    " from result where id <= ? order by target, id";
constexpr const char* kAddAvailability =
    "insert into availability values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " on conflict (width, target, start) do update set good = good + excluded.good,"
    " bad = bad + excluded.bad, excluded = availability.excluded + excluded.excluded,"
    " missed = missed + excluded.missed, platform = platform + excluded.platform,"
    " edge = edge + excluded.edge, network = network + excluded.network,"
    " credentials = credentials + excluded.credentials, request = request + excluded.request,"
    " monitor = monitor + excluded.monitor, interval_ms = excluded.interval_ms";
constexpr const char* kSetTimes =
    "update target set first_ms = coalesce(first_ms, ?), last_ms = ? where id = ?";
constexpr const char* kGetLatency =
    "select schema, zero, buckets from latency"
    " where width = ? and target = ? and start = ? and figure = ?";
constexpr const char* kPutLatency = "insert or replace into latency values (?, ?, ?, ?, ?, ?, ?)";

constexpr const char* kForgetBlips =
    "delete from incident where failures < 3 and recovered_ms is not null and since_ms < ?"
    " and exists (select 1 from incident as later where later.target = incident.target"
    " and later.since_ms > incident.since_ms)";
static_assert(record::kFailuresOfIncident == 3);

using Key = std::pair<std::int64_t, std::int64_t>;  // width in seconds, start

// The additions of one target to its stretches.
struct OfTarget {
  std::map<Key, Availability> availability;
  std::map<Key, Latencies> latencies;
  std::int64_t first_ms = 0;
  std::int64_t last_ms = 0;

  void count(const record::JournalEntry& entry, base::Nanoseconds interval) {
    last_ms = to_milliseconds(entry.finished);
    if (first_ms == 0) first_ms = last_ms;
    for (const std::chrono::seconds width : {kQuarter, kDay}) {
      Availability& sum = availability[{width.count(), stretch_of(entry.finished, width)}];
      sum.count(entry);
      sum.interval = interval;
    }
    for (const std::chrono::seconds width : {kHour, kDay})
      latencies[{width.count(), stretch_of(entry.finished, width)}].count(entry);
  }
};

void put(SQLite::Statement& add, std::int64_t target, const Key& key, const Availability& sum) {
  int column = 0;
  for (const std::int64_t value :
       {key.first, target, key.second, static_cast<std::int64_t>(sum.good),
        static_cast<std::int64_t>(sum.bad), static_cast<std::int64_t>(sum.excluded),
        static_cast<std::int64_t>(sum.missed)})
    add.bind(++column, value);
  for (const model::Fault fault : kFailingFaults)
    add.bind(++column, static_cast<std::int64_t>(sum.faults[static_cast<std::size_t>(fault)]));
  add.bind(++column, static_cast<std::int64_t>(sum.interval / std::chrono::milliseconds(1)));
  add.exec();
}

void put_times(SQLite::Statement& set, std::int64_t target, const OfTarget& sums) {
  set.bind(1, sums.first_ms);
  set.bind(2, sums.last_ms);
  set.bind(3, target);
  set.exec();
}

void bind_place(SQLite::Statement& statement, std::int64_t target, const Key& key,
                std::size_t figure) {
  statement.bind(1, key.first);
  statement.bind(2, target);
  statement.bind(3, key.second);
  statement.bind(4, static_cast<std::int64_t>(figure));
}

}  // namespace

Stored<void> Store::fold() {
  return transact([&] {
    const std::int64_t last =
        database_->execAndGet("select coalesce(max(id), 0) from result").getInt64();
    SQLite::Statement& rows = statement(kFold);
    rows.bind(1, last);
    OfTarget sums;
    std::int64_t target = 0;
    const auto flush = [&] {
      for (const auto& [key, sum] : sums.availability)
        put(statement(kAddAvailability), target, key, sum);
      for (const auto& [key, latencies] : sums.latencies)
        add_latencies(target, key.first, key.second, latencies);
      if (sums.last_ms != 0) put_times(statement(kSetTimes), target, sums);
      sums = {};
    };
    while (rows.executeStep()) {
      const std::int64_t next = rows.getColumn(0).getInt64();
      if (next != target) flush();
      target = next;
      sums.count(entry_of(rows), std::chrono::milliseconds(rows.getColumn(9).getInt64()));
    }
    flush();
    fold_slices(last);
    SQLite::Statement& forget = statement("delete from result where id <= ?");
    forget.bind(1, last);
    forget.exec();
  });
}

void Store::add_latencies(std::int64_t target, std::int64_t width, std::int64_t start,
                          const Latencies& latencies) {
  const Key key{width, start};
  for (std::size_t figure = 0; figure < latencies.figures.size(); ++figure) {
    record::NativeHistogram sum = latencies.figures[figure];
    if (sum.count() == 0) continue;
    SQLite::Statement& get = statement(kGetLatency);
    bind_place(get, target, key, figure);
    if (get.executeStep())
      sum.add(from_bytes(get.getColumn(0).getInt(),
                         static_cast<std::uint64_t>(get.getColumn(1).getInt64()),
                         get.getColumn(2).getString()));
    get.reset();
    const std::string bytes = to_bytes(sum);
    SQLite::Statement& set = statement(kPutLatency);
    bind_place(set, target, key, figure);
    set.bind(5, sum.schema());
    set.bind(6, static_cast<std::int64_t>(sum.zero_count()));
    set.bind(7, bytes.data(), static_cast<int>(bytes.size()));
    set.exec();
  }
}

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
    const base::WallTime fine = now - kFineKept;
    const base::WallTime days = now - limits.availability;
    forget("delete from availability where width = 900 and start < ?", stretch_of(fine, kQuarter));
    forget("delete from latency where width = 3600 and start < ?", stretch_of(fine, kHour));
    forget("delete from availability where width = 86400 and start < ?", stretch_of(days, kDay));
    forget("delete from latency where width = 86400 and start < ?", stretch_of(days, kDay));
    forget("delete from slice where start < ?", stretch_of(now - kSlicesKept, kSlice));
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
    prune_by_size(limits.bytes_max, pruned);
  });
  if (!done) return tl::unexpected(done.error());
  // Outside of a transaction, a little at a time.
  return guarded([&] {
    database_->exec("pragma incremental_vacuum(1000)");
    return pruned;
  });
}

// The finest first, since the days are what people ask for after months; of each kind the oldest.
void Store::prune_by_size(std::uint64_t bytes_max, Pruned& pruned) {
  struct Kind {
    const char* sql;
    std::size_t Pruned::*count;
  };
  static constexpr std::array<Kind, 7> kKinds = {{
      {"delete from latency where width = 3600 and start <="
       " (select min(start) + 23 from latency where width = 3600)",
       &Pruned::stretches},
      {"delete from availability where width = 900 and start <="
       " (select min(start) + 95 from availability where width = 900)",
       &Pruned::stretches},
      {"delete from slice where start <= (select min(start) + 287 from slice)", &Pruned::stretches},
      {"delete from evidence where id in (select id from evidence order by finished_ms limit 1000)",
       &Pruned::evidence},
      {"delete from incident where id in (select id from incident where recovered_ms is not null"
       " order by since_ms limit 1000)",
       &Pruned::stretches},
      {"delete from latency where width = 86400 and start ="
       " (select min(start) from latency where width = 86400)",
       &Pruned::stretches},
      {"delete from availability where width = 86400 and start ="
       " (select min(start) from availability where width = 86400)",
       &Pruned::stretches},
  }};
  for (const Kind& kind : kKinds)
    while (used_bytes() > bytes_max) {
      const int rows = statement(kind.sql).exec();
      if (rows == 0) break;
      pruned.*kind.count += static_cast<std::size_t>(rows);
    }
}

}  // namespace reinfer::history
