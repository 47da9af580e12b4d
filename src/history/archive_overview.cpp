// All targets at once: what would be one question for each otherwise.
#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <set>

#include "history/archive.h"
#include "history/rows.h"
#include "history/transaction.h"

namespace reinfer::history {
namespace {

constexpr const char* kSums =
    "sum(good), sum(bad), sum(excluded), sum(missed), sum(platform), sum(edge), sum(network),"
    " sum(credentials), sum(request), sum(monitor), max(availability.interval_ms)";
constexpr double kDayMilliseconds = 86'400'000;
// By target, so that a question for one day does not walk through the days of all.
constexpr const char* kDays =
    " from target cross join availability on width = 86400 and availability.target = target.id"
    " and start between ? and ?";

void read_days(SQLite::Database& database, std::int64_t first, std::int64_t last,
               OverviewPast& past) {
  SQLite::Statement ask(database,
                        std::string("select tenant, start, ") + kSums +
                            ", sum(case when availability.interval_ms > 0 then 86400000.0 /"
                            " availability.interval_ms else 0 end)" +
                            kDays + " group by tenant, start order by tenant, start");
  ask.bind(1, first);
  ask.bind(2, last);
  while (ask.executeStep())
    past.days[ask.getColumn(0).getString()].push_back({begin_of(ask.getColumn(1).getInt64(), kDay),
                                                       kDay, availability_of(ask, 2),
                                                       ask.getColumn(13).getDouble()});
}

void read_budgets(SQLite::Database& database, std::int64_t first, std::int64_t last,
                  OverviewPast& past) {
  SQLite::Statement ask(database, std::string("select tenant, probe, min(start), ") + kSums +
                                      ", first_ms" + kDays + " group by target.id");
  ask.bind(1, first);
  ask.bind(2, last);
  while (ask.executeStep()) {
    StretchRow row{begin_of(ask.getColumn(2).getInt64(), kDay), kDay, availability_of(ask, 3), 0};
    row.begin = std::max(row.begin, from_milliseconds(ask.getColumn(14).getInt64()));
    past.budgets[{ask.getColumn(0).getString(), ask.getColumn(1).getString()}] = row;
  }
}

// The targets that have a row of their own for that day, or a later one.
std::set<std::int64_t> begun(SQLite::Database& database, std::int64_t day) {
  SQLite::Statement ask(database,
                        "select id from target where exists (select 1 from availability"
                        " where width = 86400 and availability.target = target.id and start >= ?)");
  ask.bind(1, day);
  std::set<std::int64_t> targets;
  while (ask.executeStep())
    targets.insert(ask.getColumn(0).getInt64());
  return targets;
}

// The row of a day that is the last one or a new one.
StretchRow& row_of(std::vector<StretchRow>& days, std::int64_t day) {
  const auto at = std::find_if(days.rbegin(), days.rend(), [&](const StretchRow& row) {
    return row.begin == begin_of(day, kDay);
  });
  if (at != days.rend()) return *at;
  return days.emplace_back(StretchRow{begin_of(day, kDay), kDay, {}, 0});
}

// So many results of one outcome.
Availability counts_of(SQLite::Statement& row) {
  record::JournalEntry entry;
  entry.outcome = model::outcome_from_label(row.getColumn(2).getString())
                      .value_or(model::Outcome::monitor_error);
  entry.excluded = row.getColumn(3).getInt() != 0;
  Availability counts;
  counts.count(entry);
  const auto results = static_cast<std::uint64_t>(row.getColumn(4).getInt64());
  for (std::uint64_t* count : {&counts.good, &counts.bad, &counts.excluded})
    *count *= results;
  for (std::uint64_t& count : counts.faults)
    count *= results;
  counts.missed = static_cast<std::uint64_t>(row.getColumn(5).getInt64());
  return counts;
}

void add_to(StretchRow& row, Availability counts) {
  counts.interval = row.counts.interval;
  row.counts.add(counts);
}

// Results that no day has yet: some minutes of them, which SQLite adds up.
void read_new_results(SQLite::Database& database, std::int64_t first, std::int64_t last,
                      OverviewPast& past) {
  std::set<std::int64_t> known = begun(database, last);
  SQLite::Statement ask(
      database,
      "select id, day, outcome, excluded, results, missed, begun_ms, interval_ms, tenant, probe"
      " from (select target as of, finished_ms / 86400000 as day, outcome, excluded,"
      " count(*) as results, sum(missed) as missed, min(finished_ms) as begun_ms from result"
      " group by target, day, outcome, excluded) join target on id = of order by begun_ms");
  while (ask.executeStep()) {
    const std::int64_t day = ask.getColumn(1).getInt64();
    if (day < first || day > last) continue;
    const Availability counts = counts_of(ask);
    StretchRow& row = row_of(past.days[ask.getColumn(8).getString()], day);
    add_to(row, counts);
    const auto interval = static_cast<double>(ask.getColumn(7).getInt64());
    if (day == last && interval > 0 && known.insert(ask.getColumn(0).getInt64()).second)
      row.due += kDayMilliseconds / interval;
    StretchRow& budget = past.budgets[{ask.getColumn(8).getString(), ask.getColumn(9).getString()}];
    if (budget.counts.results() == 0) budget.begin = from_milliseconds(ask.getColumn(6).getInt64());
    budget.width = kDay;
    add_to(budget, counts);
  }
}

}  // namespace

void OverviewPast::add(const OverviewPast& later) {
  for (const auto& [tenant, more] : later.days)
    days[tenant].insert(days[tenant].end(), more.begin(), more.end());
  for (const auto& [target, more] : later.budgets) {
    const auto [known, added] = budgets.emplace(target, more);
    if (!added) known->second.counts.add(more.counts);
  }
}

Stored<OverviewPast> Archive::overview(base::WallTime from, base::WallTime budget_from,
                                       base::WallTime to) {
  return guarded([&] {
    OverviewPast past;
    const std::int64_t first = stretch_of(from, kDay);
    const std::int64_t last = stretch_of(to, kDay);
    // One view of both tables: a fold moves results from one to the other.
    SQLite::Transaction transaction(*database_);
    read_days(*database_, first, last, past);
    read_budgets(*database_, stretch_of(budget_from, kDay), last, past);
    read_new_results(*database_, first, last, past);
    return past;
  });
}

}  // namespace reinfer::history
