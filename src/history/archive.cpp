#include "history/archive.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "history/evidence_json.h"
#include "history/packed_rows.h"
#include "history/rows.h"
#include "history/transaction.h"

namespace reinfer::history {
namespace {

constexpr const char* kOfSubject =
    "select id from target where tenant = :tenant and (:probe is null or probe = :probe)";

void bind_subject(SQLite::Statement& statement, const Subject& subject) {
  statement.bind(":tenant", subject.tenant);
  if (subject.probe) statement.bind(":probe", *subject.probe);
}

double due_of(std::chrono::seconds width, std::int64_t interval_ms) {
  return interval_ms > 0
             ? static_cast<double>(width.count()) * 1000 / static_cast<double>(interval_ms)
             : 0;
}

using Rows = std::map<std::int64_t, StretchRow>;                    // by the number of the stretch
using Stretches = std::set<std::pair<std::int64_t, std::int64_t>>;  // target and number
using Sums = std::map<std::pair<std::int64_t, std::int64_t>, Availability>;

// Rows of stretches: days, and quarters of an hour of an older file.
Sums read_sums(SQLite::Database& database, const Subject& subject, std::chrono::seconds width,
               std::int64_t first, std::int64_t last) {
  SQLite::Statement ask(
      database, fmt::format("select start, good, bad, excluded, missed, platform, edge, network,"
                            " credentials, request, monitor, interval_ms, target from availability"
                            " where width = :width and target in ({}) and start between :first and"
                            " :last",
                            kOfSubject));
  bind_subject(ask, subject);
  ask.bind(":width", static_cast<std::int64_t>(width.count()));
  ask.bind(":first", first);
  ask.bind(":last", last);
  Sums sums;
  while (ask.executeStep())
    sums[{ask.getColumn(12).getInt64(), ask.getColumn(0).getInt64()}] = availability_of(ask, 1);
  return sums;
}

std::vector<std::int64_t> targets_of(SQLite::Database& database, const Subject& subject) {
  SQLite::Statement ask(database, kOfSubject);
  bind_subject(ask, subject);
  std::vector<std::int64_t> targets;
  while (ask.executeStep())
    targets.push_back(ask.getColumn(0).getInt64());
  return targets;
}

void read_quarters(SQLite::Database& database, const Subject& subject, std::int64_t first,
                   std::int64_t last, UnreadableDays& unreadable, Sums& sums) {
  each_day_of_quarters(database, targets_of(database, subject),
                       {day_place(first, kQuarter).day, day_place(last, kQuarter).day}, unreadable,
                       [&](std::int64_t target, std::int64_t day, const QuartersOfDay& quarters) {
                         for (const auto& [number, sum] : quarters) {
                           const std::int64_t quarter = stretch_in(day, number, kQuarter);
                           if (quarter >= first && quarter <= last)
                             sums[{target, quarter}].add(sum);
                         }
                       });
}

// Returns whose they are.
Stretches add_sums(const Sums& sums, std::chrono::seconds width, Rows& rows) {
  Stretches stretches;
  for (const auto& [place, sum] : sums) {
    StretchRow& row = rows[place.second];
    row.counts.add(sum);
    row.due += due_of(width, sum.interval / std::chrono::milliseconds(1));
    stretches.insert(place);
  }
  return stretches;
}

// Results that no stretch has yet, since the last few minutes.
void read_results(SQLite::Database& database, const Subject& subject, std::chrono::seconds width,
                  std::int64_t first, std::int64_t last, Rows& rows, Stretches stretches) {
  SQLite::Statement ask(database,
                        fmt::format("select result.target, finished_ms, outcome, excluded, missed,"
                                    " null, null, null, marks, interval_ms from result"
                                    " join target on target.id = result.target"
                                    " where result.target in ({}) order by result.target",
                                    kOfSubject));
  bind_subject(ask, subject);
  while (ask.executeStep()) {
    const record::JournalEntry entry = entry_of(ask);
    const std::int64_t stretch = stretch_of(entry.finished, width);
    if (stretch < first || stretch > last) continue;
    StretchRow& row = rows[stretch];
    // A stretch of this target that has just begun has no row of its own yet.
    if (stretches.insert({ask.getColumn(0).getInt64(), stretch}).second)
      row.due += due_of(width, ask.getColumn(9).getInt64());
    row.counts.count(entry);
  }
}

// Of hours and days that are not packed yet.
void read_open_latencies(SQLite::Database& database, std::int64_t target,
                         std::chrono::seconds width, std::int64_t first, std::int64_t last,
                         std::map<std::int64_t, Latencies>& sums) {
  SQLite::Statement ask(database,
                        "select start, figure, schema, zero, buckets from latency where width = ?"
                        " and target = ? and start between ? and ?");
  ask.bind(1, static_cast<std::int64_t>(width.count()));
  ask.bind(2, target);
  ask.bind(3, first);
  ask.bind(4, last);
  while (ask.executeStep()) {
    Latencies& sum = sums[ask.getColumn(0).getInt64()];
    const auto figure = static_cast<std::size_t>(ask.getColumn(1).getInt64());
    if (figure >= model::kLatencyFigureCount) continue;
    sum.figures[figure] = from_bytes(ask.getColumn(2).getInt(),
                                     static_cast<std::uint64_t>(ask.getColumn(3).getInt64()),
                                     ask.getColumn(4).getString());
  }
}

}  // namespace

Archive::~Archive() = default;

Stored<std::vector<StretchRow>> Archive::availability(const Subject& subject,
                                                      std::chrono::seconds width,
                                                      base::WallTime from, base::WallTime to) {
  return guarded([&] {
    Rows rows;
    const std::int64_t first = stretch_of(from, width);
    const std::int64_t last = stretch_of(to, width);
    // One view of all tables: a fold moves results from one to the other.
    SQLite::Transaction transaction(*database_);
    Sums sums = read_sums(*database_, subject, width, first, last);
    if (width == kQuarter) read_quarters(*database_, subject, first, last, unreadable_, sums);
    read_results(*database_, subject, width, first, last, rows, add_sums(sums, width, rows));
    std::vector<StretchRow> found;
    for (auto& [number, row] : rows) {
      row.begin = begin_of(number, width);
      row.width = width;
      found.push_back(row);
    }
    return found;
  });
}

Stored<std::vector<LatencyRow>> Archive::latencies(const std::string& tenant,
                                                   const std::string& probe,
                                                   std::chrono::seconds width, base::WallTime from,
                                                   base::WallTime to) {
  return guarded([&] {
    const std::int64_t first = stretch_of(from, width);
    const std::int64_t last = stretch_of(to, width);
    // One view of all tables: days that are over move from one to the other.
    SQLite::Transaction transaction(*database_);
    std::map<std::int64_t, Latencies> sums;
    for (const std::int64_t target : targets_of(*database_, {tenant, probe})) {
      read_open_latencies(*database_, target, width, first, last, sums);
      each_day_of_latencies(*database_, width == kHour ? Part::hours : Part::days, target,
                            {day_place(first, width).day, day_place(last, width).day}, unreadable_,
                            [&](std::int64_t, std::int64_t day, const LatenciesOfDay& hours) {
                              for (const auto& [number, latencies] : hours) {
                                const std::int64_t stretch = stretch_in(day, number, width);
                                if (stretch < first || stretch > last) continue;
                                for (std::size_t i = 0; i < latencies.figures.size(); ++i)
                                  sums[stretch].figures[i].add(latencies.figures[i]);
                              }
                            });
    }
    std::vector<LatencyRow> rows;
    for (auto& [stretch, latencies] : sums)
      rows.push_back({begin_of(stretch, width), std::move(latencies.figures)});
    return rows;
  });
}

Stored<std::optional<base::WallTime>> Archive::first_result(const std::string& tenant,
                                                            const std::string& probe) {
  return guarded([&]() -> std::optional<base::WallTime> {
    SQLite::Statement ask(*database_, "select first_ms from target where tenant = ? and probe = ?");
    ask.bind(1, tenant);
    ask.bind(2, probe);
    if (!ask.executeStep() || ask.getColumn(0).isNull()) return std::nullopt;
    return from_milliseconds(ask.getColumn(0).getInt64());
  });
}

Stored<std::vector<record::IncidentFacts>> Archive::incidents(const IncidentQuery& query) {
  return guarded([&] {
    std::string sql = fmt::format("{} where failures >= :failures", kSelectIncident);
    if (query.tenant) sql += " and tenant = :tenant";
    if (query.probe) sql += " and probe = :probe";
    if (query.fault) sql += " and fault = :fault";
    if (query.since) sql += " and (recovered_ms is null or recovered_ms >= :since)";
    if (query.after)
      sql += " and (since_ms < :after or (since_ms = :after and incident.id < :after_id))";
    sql += " order by since_ms desc, incident.id desc limit :limit";
    SQLite::Statement ask(*database_, sql);
    ask.bind(":failures", static_cast<std::int64_t>(record::kFailuresOfIncident));
    if (query.tenant) ask.bind(":tenant", *query.tenant);
    if (query.probe) ask.bind(":probe", *query.probe);
    if (query.fault) ask.bind(":fault", std::string(model::to_label(*query.fault)));
    if (query.since) ask.bind(":since", to_milliseconds(*query.since));
    if (query.after) {
      ask.bind(":after", to_milliseconds(query.after->first));
      ask.bind(":after_id", query.after->second);
    }
    ask.bind(":limit", static_cast<std::int64_t>(query.limit));
    std::vector<record::IncidentFacts> found;
    while (ask.executeStep())
      found.push_back(incident_of(ask));
    return found;
  });
}

Stored<std::optional<record::IncidentFacts>> Archive::incident(std::int64_t id) {
  return guarded([&]() -> std::optional<record::IncidentFacts> {
    SQLite::Statement ask(*database_, fmt::format("{} where incident.id = ?", kSelectIncident));
    ask.bind(1, id);
    if (!ask.executeStep()) return std::nullopt;
    return incident_of(ask);
  });
}

Stored<std::vector<model::ProbeResult>> Archive::evidence(const std::string& tenant,
                                                          const std::string& probe,
                                                          base::WallTime from, base::WallTime to,
                                                          std::size_t limit, base::Instant now) {
  return guarded([&] {
    SQLite::Statement ask(*database_,
                          "select result from evidence where target ="
                          " (select id from target where tenant = ? and probe = ?)"
                          " and finished_ms between ? and ? order by finished_ms, id limit ?");
    ask.bind(1, tenant);
    ask.bind(2, probe);
    ask.bind(3, to_milliseconds(from));
    ask.bind(4, to_milliseconds(to));
    ask.bind(5, static_cast<std::int64_t>(limit));
    std::vector<model::ProbeResult> found;
    while (ask.executeStep())
      if (auto result = from_stored(ask.getColumn(0).getString(), now))
        found.push_back(std::move(*result));
      else
        unreadable_.note("evidence of " + tenant + "/" + probe);
    return found;
  });
}

}  // namespace reinfer::history
