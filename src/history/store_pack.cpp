// Days that are over become one row of each part, some targets at a time.
#include <array>
#include <utility>
#include <vector>

#include "history/packed_rows.h"
#include "history/store.h"
#include "history/transaction.h"

namespace reinfer::history {
namespace {

constexpr const char* kTargets = "select id from target where id > ? order by id limit ?";
// Days of a target before another one of which something is not packed.
constexpr const char* kUnpacked =
    "select day from open_day where target = ?1 and day < ?2"
    " union select start from latency where width = 86400 and target = ?1 and start < ?2"
    " union select start / 24 from latency where width = 3600 and target = ?1 and start < ?2 * 24"
    " order by 1 limit ?3";
constexpr const char* kForgetOpen = "delete from open_day where target = ? and day = ?";

constexpr const char* kLatencies =
    "select start, figure, schema, zero, buckets from latency"
    " where width = ? and target = ? and start between ? and ?";
constexpr const char* kForgetLatencies =
    "delete from latency where width = ? and target = ? and start between ? and ?";

struct PackedSql {
  const char* get;
  const char* put;
};
constexpr std::array<PackedSql, kPartCount> kPacked = {
    {{"select bytes from packed_slices where id = ?",
      "insert or replace into packed_slices values (?, ?)"},
     {"select bytes from packed_quarters where id = ?",
      "insert or replace into packed_quarters values (?, ?)"},
     {"select bytes from packed_hours where id = ?",
      "insert or replace into packed_hours values (?, ?)"},
     {"select bytes from packed_days where id = ?",
      "insert or replace into packed_days values (?, ?)"}}};

}  // namespace

Stored<bool> Store::pack(base::WallTime now) {
  bool more = false;
  const std::int64_t before = packed_until_;
  const auto done = transact([&] {
    more = open_old_slices() || open_old_quarters() ||
           pack_targets(stretch_of(now - kPackedAfter, kDay));
  });
  if (done) return more;
  packed_until_ = before;
  return tl::unexpected(done.error());
}

// By target, so that the rows of a day are added in the order of their ids.
bool Store::pack_targets(std::int64_t today) {
  std::vector<std::int64_t> targets;
  SQLite::Statement& ask = statement(kTargets);
  ask.bind(1, packed_until_);
  ask.bind(2, static_cast<std::int64_t>(kTargetsLookedAtOnce));
  while (ask.executeStep())
    targets.push_back(ask.getColumn(0).getInt64());
  ask.reset();
  std::size_t left = kDaysPackedAtOnce;
  for (const std::int64_t target : targets) {
    left -= pack_target(target, today, left);
    // There may be more days of this one.
    if (left == 0) return true;
    packed_until_ = target;
  }
  if (targets.size() == kTargetsLookedAtOnce) return true;
  packed_until_ = 0;
  return false;
}

std::size_t Store::pack_target(std::int64_t target, std::int64_t today, std::size_t days_max) {
  std::vector<std::int64_t> days;
  SQLite::Statement& ask = statement(kUnpacked);
  ask.bind(1, target);
  ask.bind(2, today);
  ask.bind(3, static_cast<std::int64_t>(days_max));
  while (ask.executeStep())
    days.push_back(ask.getColumn(0).getInt64());
  ask.reset();
  for (const std::int64_t day : days)
    pack_day(target, day);
  return days.size();
}

void Store::pack_day(std::int64_t target, std::int64_t day) {
  const OpenDay open = open_day(target, day);
  add_to_packed(Part::slices, target, day, open.slices, slices_from_packed);
  add_to_packed(Part::quarters, target, day, open.quarters, quarters_from_packed);
  add_to_packed(Part::hours, target, day, take_latencies(target, day, kHour),
                latencies_from_packed);
  add_to_packed(Part::days, target, day, take_latencies(target, day, kDay), latencies_from_packed);
  SQLite::Statement& forget = statement(kForgetOpen);
  forget.bind(1, target);
  forget.bind(2, day);
  forget.exec();
}

// The rows of that width of a day, which are gone then.
LatenciesOfDay Store::take_latencies(std::int64_t target, std::int64_t day,
                                     std::chrono::seconds width) {
  const auto bind = [&](const char* sql) -> SQLite::Statement& {
    SQLite::Statement& of_day = statement(sql);
    of_day.bind(1, static_cast<std::int64_t>(width.count()));
    of_day.bind(2, target);
    of_day.bind(3, stretch_in(day, 0, width));
    of_day.bind(4, stretch_in(day + 1, 0, width) - 1);
    return of_day;
  };
  LatenciesOfDay found;
  SQLite::Statement& rows = bind(kLatencies);
  while (rows.executeStep()) {
    const auto figure = static_cast<std::size_t>(rows.getColumn(1).getInt64());
    if (figure >= model::kLatencyFigureCount) continue;
    found[day_place(rows.getColumn(0).getInt64(), width).number].figures[figure] = from_bytes(
        rows.getColumn(2).getInt(), static_cast<std::uint64_t>(rows.getColumn(3).getInt64()),
        rows.getColumn(4).getString());
  }
  rows.reset();
  if (!found.empty()) bind(kForgetLatencies).exec();
  return found;
}

template <typename Day, typename Read>
void Store::add_to_packed(Part part, std::int64_t target, std::int64_t day, const Day& more,
                          Read read) {
  if (more.empty()) return;
  const PackedSql& sql = kPacked.at(static_cast<std::size_t>(part));
  SQLite::Statement& get = statement(sql.get);
  get.bind(1, packed_id(day, target));
  Day sum;
  // What came late, after a day was packed.
  if (get.executeStep()) {
    auto known = read(get.getColumn(0).getString());
    if (known)
      sum = std::move(*known);
    else
      unreadable_.note(place_of(*database_, part, target, day));
  }
  get.reset();
  add(sum, more);
  const std::string bytes = to_packed(sum, Packing::small);
  SQLite::Statement& put = statement(sql.put);
  put.bind(1, packed_id(day, target));
  put.bind(2, bytes.data(), static_cast<int>(bytes.size()));
  put.exec();
}

}  // namespace reinfer::history
