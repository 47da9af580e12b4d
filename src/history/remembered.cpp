// Reads the state that a new process takes over from the one before.
#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>

#include "history/archive.h"
#include "history/evidence_json.h"
#include "history/packed_rows.h"
#include "history/rows.h"
#include "history/transaction.h"

namespace reinfer::history {
namespace {

struct Known {
  Remembered remembered;
  std::optional<base::WallTime> first;  // result
  std::optional<base::WallTime> last;
};
using KnownById = std::map<std::int64_t, Known>;

std::optional<base::WallTime> moment(const SQLite::Column& column) {
  if (column.isNull()) return std::nullopt;
  return from_milliseconds(column.getInt64());
}

KnownById read_targets(SQLite::Database& database) {
  SQLite::Statement ask(database,
                        "select id, tenant, probe, first_ms, last_ms from target"
                        " where removed_ms is null");
  // One pass over the results and not one for each target.
  SQLite::Statement recent(database,
                           "select target, min(finished_ms), max(finished_ms) from result"
                           " group by target");
  std::map<std::int64_t, std::pair<base::WallTime, base::WallTime>> unfolded;
  while (recent.executeStep())
    unfolded[recent.getColumn(0).getInt64()] = {from_milliseconds(recent.getColumn(1).getInt64()),
                                                from_milliseconds(recent.getColumn(2).getInt64())};
  KnownById known;
  while (ask.executeStep()) {
    const std::int64_t id = ask.getColumn(0).getInt64();
    Known& target = known[id];
    target.remembered.tenant = ask.getColumn(1).getString();
    target.remembered.probe = ask.getColumn(2).getString();
    target.first = moment(ask.getColumn(3));
    target.last = moment(ask.getColumn(4));
    const auto found = unfolded.find(id);
    if (found == unfolded.end()) continue;
    if (!target.first) target.first = found->second.first;
    target.last = found->second.second;
  }
  return known;
}

record::Incident to_incident(const record::IncidentFacts& stored, base::Instant now) {
  record::Incident incident;
  incident.since = instant_of(stored.since, now);
  for (std::size_t i = 0; i < incident.results.size(); ++i) {
    incident.results[i] = static_cast<std::uint32_t>(
        std::min<std::uint64_t>(stored.counts[i], std::numeric_limits<std::uint32_t>::max()));
    if (stored.fault_since[i]) incident.fault_since[i] = instant_of(*stored.fault_since[i], now);
  }
  incident.good_in_a_row = stored.good_in_a_row;
  incident.good_since = instant_of(stored.good_since, now);
  incident.outcome = stored.outcome;
  incident.last_failure = instant_of(stored.last_failure, now);
  return incident;
}

// The present incident of each target, and the one before it.
void read_incidents(SQLite::Database& database, base::Instant now, KnownById& known) {
  SQLite::Statement ask(
      database, fmt::format("{} where removed_ms is null and since_ms >= :from order by since_ms",
                            kSelectIncident));
  // Older ones than this that still last would be months of outage; the others nobody asks for.
  ask.bind(":from", to_milliseconds(now.wall - std::chrono::days(100)));
  while (ask.executeStep()) {
    const auto found = known.find(ask.getColumn(16).getInt64());
    if (found == known.end()) continue;
    const record::IncidentFacts stored = incident_of(ask);
    record::HealthState& health = found->second.remembered.past.health;
    if (stored.recovered) {
      health.past = to_incident(stored, now);
      health.good_since = instant_of(*stored.recovered, now);
      health.trouble.reset();
    } else {
      health.trouble = to_incident(stored, now);
      health.good_since.reset();
    }
  }
}

using Quarters = std::map<std::pair<std::int64_t, std::int64_t>, Availability>;  // by target

// Of an older file.
Quarters read_old_quarters(SQLite::Database& database, std::int64_t after) {
  SQLite::Statement ask(
      database,
      "select target, start, good, bad, excluded, missed, platform, edge, network, credentials,"
      " request, monitor, interval_ms from availability where width = 900 and start > ?");
  ask.bind(1, after);
  Quarters quarters;
  while (ask.executeStep())
    quarters[{ask.getColumn(0).getInt64(), ask.getColumn(1).getInt64()}] = availability_of(ask, 2);
  return quarters;
}

void read_day(SQLite::Database& database, base::WallTime now, UnreadableDays& unreadable,
              KnownById& known) {
  const std::int64_t after = stretch_of(now - kDay, kQuarter);
  Quarters quarters = read_old_quarters(database, after);
  each_day_of_quarters(database, std::nullopt, {day_place(after, kQuarter).day, INT32_MAX},
                       unreadable,
                       [&](std::int64_t target, std::int64_t day, const QuartersOfDay& of_day) {
                         for (const auto& [number, sum] : of_day)
                           if (stretch_in(day, number, kQuarter) > after)
                             quarters[{target, stretch_in(day, number, kQuarter)}].add(sum);
                       });
  const auto small = [](std::uint64_t count) {
    return static_cast<std::uint16_t>(std::min<std::uint64_t>(count, UINT16_MAX));
  };
  for (const auto& [place, counts] : quarters) {
    const auto found = known.find(place.first);
    if (found == known.end()) continue;
    found->second.remembered.past.day.push_back(
        {small(counts.good), small(counts.bad), small(counts.excluded), small(counts.missed),
         counts.main_fault(), static_cast<std::int32_t>(place.second)});
  }
}

// The last failures, and what was slowest of late: good ones are few, one a day.
void read_evidence(SQLite::Database& database, base::Instant now, UnreadableDays& unreadable,
                   KnownById& known) {
  SQLite::Statement ask(
      database,
      "select result from ("
      "select * from (select id, finished_ms, result from evidence where target = ?1 and good = 0"
      " order by finished_ms desc, id desc limit ?2)"
      " union all select id, finished_ms, result from evidence"
      " where target = ?1 and good = 1 and finished_ms > ?3) order by finished_ms, id");
  for (auto& [id, target] : known) {
    ask.reset();
    ask.bind(1, id);
    ask.bind(2, static_cast<std::int64_t>(record::kFailuresKept));
    ask.bind(3, to_milliseconds(now.wall - record::kSlowestKeptFor));
    auto& evidence = target.remembered.past.evidence;
    while (ask.executeStep())
      if (auto result = from_stored(ask.getColumn(0).getString(), now))
        evidence.push_back(std::move(*result));
      else
        unreadable.note("evidence of " + target.remembered.tenant + "/" + target.remembered.probe);
  }
}

}  // namespace

Stored<std::vector<Remembered>> Archive::remembered(base::Instant now) {
  return guarded([&] {
    KnownById known = read_targets(*database_);
    read_incidents(*database_, now, known);
    read_day(*database_, now.wall, unreadable_, known);
    read_evidence(*database_, now, unreadable_, known);
    std::vector<Remembered> found;
    for (auto& [id, target] : known) {
      if (!target.last) continue;
      record::HealthState& health = target.remembered.past.health;
      health.finished = instant_of(*target.last, now);
      if (!health.trouble && !health.good_since) health.good_since = instant_of(*target.first, now);
      found.push_back(std::move(target.remembered));
    }
    return found;
  });
}

}  // namespace reinfer::history
