#include "history/archive.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "history/evidence_json.h"
#include "history/rows.h"
#include "history/transaction.h"

namespace reinfer::history {
namespace {

constexpr const char* kOfSubject =
    "(select id from target where tenant = :tenant and (:probe is null or probe = :probe))";

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

// Returns whose they are.
Stretches read_stretches(SQLite::Database& database, const Subject& subject,
                         std::chrono::seconds width, std::int64_t first, std::int64_t last,
                         Rows& rows) {
  SQLite::Statement ask(
      database, fmt::format("select start, good, bad, excluded, missed, platform, edge, network,"
                            " credentials, request, monitor, interval_ms, target from availability"
                            " where width = :width and target in {} and start between :first and"
                            " :last",
                            kOfSubject));
  bind_subject(ask, subject);
  ask.bind(":width", static_cast<std::int64_t>(width.count()));
  ask.bind(":first", first);
  ask.bind(":last", last);
  Stretches stretches;
  while (ask.executeStep()) {
    StretchRow& row = rows[ask.getColumn(0).getInt64()];
    row.counts.add(availability_of(ask, 1));
    row.due += due_of(width, ask.getColumn(11).getInt64());
    stretches.insert({ask.getColumn(12).getInt64(), ask.getColumn(0).getInt64()});
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
                                    " where result.target in {} order by result.target",
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

}  // namespace

Archive::~Archive() = default;

Stored<std::vector<StretchRow>> Archive::availability(const Subject& subject,
                                                      std::chrono::seconds width,
                                                      base::WallTime from, base::WallTime to) {
  return guarded([&] {
    Rows rows;
    const std::int64_t first = stretch_of(from, width);
    const std::int64_t last = stretch_of(to, width);
    // One view of both tables: a fold moves results from one to the other.
    SQLite::Transaction transaction(*database_);
    Stretches stretches = read_stretches(*database_, subject, width, first, last, rows);
    read_results(*database_, subject, width, first, last, rows, std::move(stretches));
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
    SQLite::Statement ask(
        *database_,
        "select start, figure, schema, zero, buckets from latency where width = ? and target ="
        " (select id from target where tenant = ? and probe = ?) and start between ? and ?"
        " order by start");
    ask.bind(1, static_cast<std::int64_t>(width.count()));
    ask.bind(2, tenant);
    ask.bind(3, probe);
    ask.bind(4, stretch_of(from, width));
    ask.bind(5, stretch_of(to, width));
    std::vector<LatencyRow> rows;
    while (ask.executeStep()) {
      const base::WallTime begin = begin_of(ask.getColumn(0).getInt64(), width);
      if (rows.empty() || rows.back().begin != begin) rows.push_back({begin, {}});
      const auto figure = static_cast<std::size_t>(ask.getColumn(1).getInt64());
      if (figure >= model::kLatencyFigureCount) continue;
      rows.back().figures[figure] = from_bytes(
          ask.getColumn(2).getInt(), static_cast<std::uint64_t>(ask.getColumn(3).getInt64()),
          ask.getColumn(4).getString());
    }
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
      if (auto result = from_stored_json(ask.getColumn(0).getString(), now))
        found.push_back(std::move(*result));
    return found;
  });
}

}  // namespace reinfer::history
