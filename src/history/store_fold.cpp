// From single results to stretches.

#include "history/rows.h"
#include "history/store.h"
#include "history/stretch.h"
#include "history/transaction.h"

namespace reinfer::history {
namespace {

constexpr const char* kFold =
    "select target, finished_ms, outcome, excluded, missed, total_us, server_us, path_us, marks"
    " from result order by target, id";
constexpr const char* kGetInterval = "select interval_ms from target where id = ?";
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

using Key = std::pair<std::int64_t, std::int64_t>;  // width in seconds, start

// The additions of one target to its stretches.
struct OfTarget {
  std::map<std::int64_t, Availability> days;
  std::map<Key, Latencies> latencies;
  std::int64_t first_ms = 0;
  std::int64_t last_ms = 0;

  void count(const record::JournalEntry& entry, base::Nanoseconds interval) {
    last_ms = to_milliseconds(entry.finished);
    if (first_ms == 0) first_ms = last_ms;
    Availability& of_day = days[stretch_of(entry.finished, kDay)];
    of_day.count(entry);
    of_day.interval = interval;
    for (const std::chrono::seconds width : {kHour, kDay})
      latencies[{width.count(), stretch_of(entry.finished, width)}].count(entry);
  }
};

void count_in_day(const record::JournalEntry& entry, base::Nanoseconds interval, OpenDay& day) {
  day.slices[day_place(stretch_of(entry.finished, kSlice), kSlice).number].count(entry);
  Availability& quarter =
      day.quarters[day_place(stretch_of(entry.finished, kQuarter), kQuarter).number];
  quarter.count(entry);
  quarter.interval = interval;
}

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
    SQLite::Statement& rows = statement(kFold);
    OfTarget sums;
    OpenDays opened;
    std::int64_t target = 0;
    std::chrono::milliseconds interval{0};
    const auto flush = [&] {
      for (const auto& [day, sum] : sums.days)
        put(statement(kAddAvailability), target, {kDay.count(), day}, sum);
      for (const auto& [key, latencies] : sums.latencies)
        add_latencies(target, key.first, key.second, latencies);
      if (sums.last_ms != 0) put_times(statement(kSetTimes), target, sums);
      sums = {};
    };
    while (rows.executeStep()) {
      const std::int64_t next = rows.getColumn(0).getInt64();
      if (next != target) {
        flush();
        target = next;
        interval = interval_of(target);
      }
      const record::JournalEntry entry = entry_of(rows);
      sums.count(entry, interval);
      count_in_day(entry, interval, opened[{target, stretch_of(entry.finished, kDay)}]);
    }
    flush();
    fold_skipped(opened);
    add_to_open_days(opened);
    // All of them, in one transaction: SQLite then drops the pages and looks at no row.
    rows.reset();
    statement("delete from result").exec();
  });
}

std::chrono::milliseconds Store::interval_of(std::int64_t target) {
  SQLite::Statement& get = statement(kGetInterval);
  get.bind(1, target);
  const bool known = get.executeStep();
  const std::chrono::milliseconds interval(known ? get.getColumn(0).getInt64() : 0);
  get.reset();
  return interval;
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

}  // namespace reinfer::history
