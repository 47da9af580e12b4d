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

void read_days(SQLite::Database& database, std::int64_t first, std::int64_t last,
               OverviewPast& past) {
  SQLite::Statement ask(
      database, std::string("select tenant, start, ") + kSums +
                    ", sum(case when availability.interval_ms > 0 then 86400000.0 /"
                    " availability.interval_ms else 0 end) from availability"
                    " join target on target.id = availability.target where width = 86400"
                    " and start between ? and ? group by tenant, start order by tenant, start");
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
                                      ", first_ms from availability"
                                      " join target on target.id = availability.target"
                                      " where width = 86400 and start between ? and ?"
                                      " group by availability.target");
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
                        "select distinct target from availability where width = 86400"
                        " and start >= ?");
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

// Results that no day has yet.
void read_new_results(SQLite::Database& database, std::int64_t first, std::int64_t last,
                      OverviewPast& past) {
  std::set<std::int64_t> known = begun(database, last);
  SQLite::Statement ask(database,
                        "select result.target, finished_ms, outcome, excluded, missed, null, null,"
                        " null, marks, interval_ms, tenant, probe from result"
                        " join target on target.id = result.target order by finished_ms");
  while (ask.executeStep()) {
    const record::JournalEntry entry = entry_of(ask);
    const std::int64_t day = stretch_of(entry.finished, kDay);
    if (day < first || day > last) continue;
    StretchRow& row = row_of(past.days[ask.getColumn(10).getString()], day);
    row.counts.count(entry);
    const auto interval = static_cast<double>(ask.getColumn(9).getInt64());
    if (day == last && interval > 0 && known.insert(ask.getColumn(0).getInt64()).second)
      row.due += kDayMilliseconds / interval;
    StretchRow& budget =
        past.budgets[{ask.getColumn(10).getString(), ask.getColumn(11).getString()}];
    if (budget.counts.results() == 0) budget.begin = entry.finished;
    budget.width = kDay;
    budget.counts.count(entry);
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
