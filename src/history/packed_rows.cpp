#include "history/packed_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/rfc3339.h"

namespace reinfer::history {
namespace {

constexpr std::int64_t kTargetsMax = std::int64_t{1} << 32;
constexpr std::array<std::string_view, kPartCount> kNames = {"slices", "quarters", "hours", "days"};
constexpr std::size_t kDateLength = 10;

using VisitBytes = std::function<void(std::int64_t, std::int64_t, const std::string&)>;

std::pair<std::int64_t, std::int64_t> target_and_day(std::int64_t id) {
  const std::int64_t target = id & (kTargetsMax - 1);
  return {target, (id - target) / kTargetsMax};
}

// The part of the span that the table has; nullopt if that is none.
std::optional<DaySpan> within_table(SQLite::Database& database, std::string_view name,
                                    DaySpan span) {
  // One query for both ends would read the whole table.
  const auto end = [&](const char* which) -> std::optional<std::int64_t> {
    SQLite::Statement ask(database, fmt::format("select {}(id) from packed_{}", which, name));
    if (!ask.executeStep() || ask.getColumn(0).isNull()) return std::nullopt;
    return target_and_day(ask.getColumn(0).getInt64()).second;
  };
  const auto first = end("min");
  const auto last = end("max");
  if (!first || !last) return std::nullopt;
  return DaySpan{std::max(span.first, *first), std::min(span.last, *last)};
}

void each_packed(SQLite::Database& database, Part part, const Targets& targets, DaySpan span,
                 const VisitBytes& visit) {
  const std::string_view name = name_of(part);
  const auto found = within_table(database, name, span);
  if (!found) return;
  if (!targets) {
    SQLite::Statement ask(
        database, fmt::format("select id, bytes from packed_{} where id >= ? and id < ?", name));
    ask.bind(1, packed_id(found->first, 0));
    ask.bind(2, packed_id(found->last + 1, 0));
    while (ask.executeStep()) {
      const auto [target, day] = target_and_day(ask.getColumn(0).getInt64());
      visit(target, day, ask.getColumn(1).getString());
    }
    return;
  }
  SQLite::Statement ask(database, fmt::format("select bytes from packed_{} where id = ?", name));
  for (std::int64_t day = found->first; day <= found->last; ++day)
    for (const std::int64_t target : *targets) {
      ask.bind(1, packed_id(day, target));
      if (ask.executeStep()) visit(target, day, ask.getColumn(0).getString());
      ask.reset();
    }
}

void each_open(SQLite::Database& database, Part part, const Targets& targets, DaySpan span,
               const VisitBytes& visit) {
  const auto read = [&](SQLite::Statement& ask) {
    while (ask.executeStep())
      visit(ask.getColumn(0).getInt64(), ask.getColumn(1).getInt64(), ask.getColumn(2).getString());
    ask.reset();
  };
  SQLite::Statement ask(database,
                        fmt::format("select target, day, {} from open_day where day between ? and ?"
                                    "{}",
                                    name_of(part), targets ? " and target = ?" : ""));
  ask.bind(1, span.first);
  ask.bind(2, span.last);
  if (!targets) return read(ask);
  for (const std::int64_t target : *targets) {
    ask.bind(3, target);
    read(ask);
  }
}

// A visit of bytes that reads them first.
template <typename Day, typename Read>
VisitBytes reading(SQLite::Database& database, Part part, UnreadableDays& unreadable, Read read,
                   Visit<Day> visit) {
  return [&database, &unreadable, part, read, visit = std::move(visit)](
             std::int64_t target, std::int64_t day, const std::string& bytes) {
    const std::optional<Day> found = read(bytes);
    if (found)
      visit(target, day, *found);
    else
      unreadable.note(place_of(database, part, target, day));
  };
}

}  // namespace

std::string_view name_of(Part part) {
  return kNames.at(static_cast<std::size_t>(part));
}

std::int64_t packed_id(std::int64_t day, std::int64_t target) {
  return day * kTargetsMax + target;
}

void each_day_of_slices(SQLite::Database& database, const Targets& targets, DaySpan span,
                        UnreadableDays& unreadable, const Visit<SlicesOfDay>& visit) {
  const auto read =
      reading<SlicesOfDay>(database, Part::slices, unreadable, slices_from_packed, visit);
  each_packed(database, Part::slices, targets, span, read);
  each_open(database, Part::slices, targets, span, read);
}

void each_day_of_quarters(SQLite::Database& database, const Targets& targets, DaySpan span,
                          UnreadableDays& unreadable, const Visit<QuartersOfDay>& visit) {
  const auto read =
      reading<QuartersOfDay>(database, Part::quarters, unreadable, quarters_from_packed, visit);
  each_packed(database, Part::quarters, targets, span, read);
  each_open(database, Part::quarters, targets, span, read);
}

void each_day_of_latencies(SQLite::Database& database, Part part, std::int64_t target, DaySpan span,
                           UnreadableDays& unreadable, const Visit<LatenciesOfDay>& visit) {
  each_packed(database, part, std::vector{target}, span,
              reading<LatenciesOfDay>(database, part, unreadable, latencies_from_packed, visit));
}

std::optional<std::int64_t> first_slice(SQLite::Database& database, UnreadableDays& unreadable) {
  std::optional<std::int64_t> day;
  for (const char* sql : {"select min(id) / 4294967296 from packed_slices",
                          "select min(day) from open_day where slices <> x''"}) {
    SQLite::Statement ask(database, sql);
    if (!ask.executeStep() || ask.getColumn(0).isNull()) continue;
    day = std::min(day.value_or(INT64_MAX), ask.getColumn(0).getInt64());
  }
  if (!day) return std::nullopt;
  std::optional<std::int64_t> first;
  const std::int64_t midnight = stretch_in(*day, 0, kSlice);
  const auto read = reading<SlicesOfDay>(
      database, Part::slices, unreadable, slices_from_packed,
      [&](std::int64_t, std::int64_t, const SlicesOfDay& slices) {
        if (!slices.empty())
          first = std::min(first.value_or(INT64_MAX), midnight + slices.begin()->first);
      });
  // Nothing is before midnight, so most days need no more than one row.
  const VisitBytes visit = [&](std::int64_t target, std::int64_t of, const std::string& bytes) {
    if (first != midnight) read(target, of, bytes);
  };
  each_packed(database, Part::slices, std::nullopt, {*day, *day}, visit);
  each_open(database, Part::slices, std::nullopt, {*day, *day}, visit);
  return first;
}

std::string place_of(SQLite::Database& database, Part part, std::int64_t target, std::int64_t day) {
  SQLite::Statement ask(database, "select tenant || '/' || probe from target where id = ?");
  ask.bind(1, target);
  const std::string name =
      ask.executeStep() ? ask.getColumn(0).getString() : fmt::format("target {}", target);
  return fmt::format("{} of {} on {}", name_of(part), name,
                     base::rfc3339(begin_of(day, kDay)).substr(0, kDateLength));
}

}  // namespace reinfer::history
