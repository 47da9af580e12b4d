// Days that are over, packed: the same answers before and after, whatever came in between.
#include <doctest/doctest.h>

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "tests/unit/history_packing.h"

namespace reinfer::tests::history_packing_test {
namespace {

constexpr base::WallTime kFrom = kHistoryStart - 24h;

std::int64_t count_in(const std::string& file, const std::string& sql) {
  SQLite::Database database(file, SQLite::OPEN_READWRITE);
  return database.execAndGet(sql).getInt64();
}

void change(const std::string& file, const std::string& sql) {
  SQLite::Database database(file, SQLite::OPEN_READWRITE);
  database.exec(sql);
}

void check_same(Feed& feed) {
  const std::string expected = all_answers(feed.file(0), kFrom, feed.life.clock.at);
  const std::string found = all_answers(feed.file(1), kFrom, feed.life.clock.at);
  CHECK(expected.size() > 10'000);
  // Long texts: the first difference says more.
  const auto [a, b] = std::mismatch(expected.begin(), expected.end(), found.begin(), found.end());
  CHECK(std::string(a, a + std::min<std::ptrdiff_t>(200, expected.end() - a)) ==
        std::string(b, b + std::min<std::ptrdiff_t>(200, found.end() - b)));
}

TEST_CASE("every answer is the same whether days are packed or not") {
  for (const unsigned seed : {1U, 20261130U}) {
    CAPTURE(seed);
    Feed feed(2, seed);
    feed.play(24h * 6, [&](int slot) {
      // Results of today, of yesterday and of a day that is long packed.
      if (slot % 97 == 0) feed.add_late(slot % 2, 4h);
      if (slot % 211 == 7) feed.add_late(slot % 2, 26h);
      if (slot % 509 == 8) feed.add_late(slot % 2, 75h);
      if (slot % 3 == 0) REQUIRE(feed.store(1).pack(feed.life.clock.at.wall));
    });
    feed.write_and_fold();
    check_same(feed);
    feed.pack(1);
    check_same(feed);
    // Today and nothing else is open.
    CHECK(count_in(feed.file(1), "select count(distinct day) from open_day") == 1);
    // Of six days and, of what came late in the first hours, one before.
    CHECK(count_in(feed.file(1), "select count(*) from packed_slices") == 2 * 7);
    CHECK(count_in(feed.file(1), "select count(*) from packed_days") == 2 * 6);
    CHECK(count_in(feed.file(1), "select count(*) from latency where width = 86400") == 2);
  }
}

TEST_CASE("a day is packed half an hour after its end and not before") {
  Feed feed(2);
  feed.play(16h);  // to midnight
  for (const auto wait : {0min, 29min, 2min}) {
    feed.life.pass(wait);
    feed.pack(1);
    CHECK(count_in(feed.file(1), "select count(*) from packed_slices") == (wait == 2min ? 2 : 0));
  }
}

// As a kill leaves it: nobody has said goodbye to the file.
std::string copy_of(const std::string& file, const std::string& end) {
  for (const char* part : {"", "-wal"})
    std::filesystem::copy_file(file + part, file + end + part);
  return file + end;
}

// Packs the file in a process that is killed after so many steps of SQLite's machine. Returns
// whether it was.
bool kill_while_packing(const std::string& file, int steps, base::WallTime now) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    auto database = history::open_database(file);
    sqlite3_progress_handler((*database)->getHandle(), steps, [](void*) { return raise(SIGKILL); },
                             nullptr);
    history::Store store(std::move(*database));
    while (store.pack(now).value_or(false)) {
    }
    _exit(0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

TEST_CASE("a kill in the midst of a transaction of packing costs nothing, wherever it comes") {
  Feed feed(2);
  feed.play(24h * 3);
  const base::WallTime now = feed.life.clock.at.wall;
  const std::string expected = all_answers(feed.file(0), kFrom, feed.life.clock.at);
  int kills = 0;
  for (int steps = 200; steps < 20'000; steps = steps * 3 / 2) {
    CAPTURE(steps);
    const std::string copy = copy_of(feed.file(1), std::to_string(steps));
    kills += kill_while_packing(copy, steps, now) ? 1 : 0;
    CHECK(all_answers(copy, kFrom, feed.life.clock.at) == expected);
    history::Store store(*history::open_database(copy));
    while (store.pack(now).value()) {
    }
    CHECK(count_in(copy, "select count(*) from packed_slices") == 2 * 3);
    CHECK(all_answers(copy, kFrom, feed.life.clock.at) == expected);
  }
  CHECK(kills > 3);
}

TEST_CASE("packing takes a bounded part at once, and goes on after a restart in the midst of it") {
  Feed feed(2);
  feed.play(24h * 80);
  const base::WallTime now = feed.life.clock.at.wall;
  const auto packed = [&] { return count_in(feed.file(1), "select count(*) from packed_days"); };
  CHECK(packed() == 0);
  REQUIRE(feed.store(1).pack(now).value());
  CHECK(packed() == static_cast<std::int64_t>(history::kDaysPackedAtOnce));
  check_same(feed);
  const std::string copy = copy_of(feed.file(1), ".copy");
  history::Store store(*history::open_database(copy));
  while (store.pack(now).value()) {
  }
  CHECK(count_in(copy, "select count(*) from packed_days") == 2 * 80);
  CHECK(all_answers(copy, kFrom, feed.life.clock.at) ==
        all_answers(feed.file(0), kFrom, feed.life.clock.at));
}

TEST_CASE("a step of packing that fails leaves all as it was, and is done again") {
  Feed feed(2);
  feed.play(24h * 3);
  change(feed.file(1),
         "create trigger no_room before insert on packed_days begin"
         " select raise(abort, 'no room'); end");
  CHECK_FALSE(feed.store(1).pack(feed.life.clock.at.wall));
  CHECK(count_in(feed.file(1), "select count(*) from packed_slices") == 0);
  check_same(feed);
  change(feed.file(1), "drop trigger no_room");
  feed.pack(1);
  CHECK(count_in(feed.file(1), "select count(*) from packed_slices") == 2 * 3);
  check_same(feed);
}

// The rows that a file of version 2 has instead.
void make_older(const std::string& file, base::Instant now) {
  SQLite::Database database(file, SQLite::OPEN_READWRITE);
  SQLite::Statement open(database, "select target, day, slices, quarters from open_day");
  SQLite::Statement slice(database, "insert into slice values (?, ?, ?)");
  SQLite::Statement quarter(database,
                            "insert into availability values (900, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
                            " ?, ?)");
  while (open.executeStep()) {
    const std::int64_t target = open.getColumn(0).getInt64();
    const std::int64_t day = open.getColumn(1).getInt64();
    for (const auto& [number, counts] :
         got(history::slices_from_packed(open.getColumn(2).getString()))) {
      slice.reset();
      slice.bind(1, history::stretch_in(day, number, history::kSlice));
      slice.bind(2, target);
      slice.bind(3, to_text(counts));
      slice.exec();
    }
    for (const auto& [number, sum] :
         got(history::quarters_from_packed(open.getColumn(3).getString()))) {
      quarter.reset();
      int column = 0;
      quarter.bind(++column, target);
      quarter.bind(++column, history::stretch_in(day, number, history::kQuarter));
      for (const std::uint64_t count : {sum.good, sum.bad, sum.excluded, sum.missed})
        quarter.bind(++column, static_cast<std::int64_t>(count));
      for (const model::Fault fault : history::kFailingFaults)
        quarter.bind(++column,
                     static_cast<std::int64_t>(sum.faults[static_cast<std::size_t>(fault)]));
      quarter.bind(++column, static_cast<std::int64_t>(sum.interval / 1ms));
      quarter.exec();
    }
  }
  SQLite::Statement evidence(database, "select id, result from evidence");
  SQLite::Statement json(database, "update evidence set result = ? where id = ?");
  while (evidence.executeStep()) {
    json.reset();
    json.bind(1, history::to_stored_json(
                     history::from_stored(evidence.getColumn(1).getString(), now).value()));
    json.bind(2, evidence.getColumn(0).getInt64());
    json.exec();
  }
  open.reset();
  evidence.reset();
  for (const char* table :
       {"open_day", "packed_slices", "packed_quarters", "packed_hours", "packed_days"})
    database.exec(std::string("drop table ") + table);
  database.exec("pragma user_version = 2");
}

TEST_CASE(
    "a file of the second schema is brought up, packed a little at a time, and loses nothing") {
  Feed feed(2);
  feed.play(24h * 12);
  feed.close(1);
  make_older(feed.file(1), feed.life.clock.at);
  CHECK_FALSE(history::open_to_read(feed.file(1)));
  {
    history::Store store(*history::open_database(feed.file(1)));
    check_same(feed);
    const auto old_slices = [&] { return count_in(feed.file(1), "select count(*) from slice"); };
    const std::int64_t before = old_slices();
    CHECK(before > history::kOldRowsAtOnce);
    CHECK(store.pack(feed.life.clock.at.wall).value());
    CHECK(old_slices() == before - history::kOldRowsAtOnce);
    check_same(feed);
  }
  // Another process goes on.
  history::Store store(*history::open_database(feed.file(1)));
  while (store.pack(feed.life.clock.at.wall).value())
    check_same(feed);
  check_same(feed);
  CHECK(count_in(feed.file(1), "select count(*) from slice") == 0);
  CHECK(count_in(feed.file(1), "select count(*) from availability where width = 900") == 0);
  CHECK(count_in(feed.file(1), "select count(*) from packed_slices") == 2 * 12);
}

TEST_CASE("a part that cannot be read is said once and left out, and the rest is there") {
  const HistoryFolder folder;
  ExporterLife life(folder.file(), kPackingPlan);
  life.open();
  for (int hour = 0; hour < 24 * 4; ++hour) {
    life.probe(model::Outcome::ok);
    life.history->turn();
    life.pass(1h);
    life.history->turn();
  }
  const auto slices = [&] {
    const auto counted = life.history->ask([&](history::Archive& archive) {
      return archive.counted("acme", kFrom, life.clock.at.wall);
    });
    return counted->targets.at(0).slices.size();
  };
  const auto hours = [&] {
    return life.history
        ->ask([&](history::Archive& archive) {
          return archive.latencies("acme", "projects", history::kHour, kFrom, life.clock.at.wall);
        })
        ->size();
  };
  CHECK(slices() == 24 * 4);
  CHECK(hours() == 24 * 4);
  CHECK(life.figures.errors.value() == 0);
  // The day after the first one, which began at eight.
  for (const char* table : {"packed_slices", "packed_quarters", "packed_hours"})
    change(folder.file(), std::string("update ") + table +
                              " set bytes = x'0105' where id = (select"
                              " min(id) + 4294967296 from " +
                              table + ")");
  for (int again = 0; again < 2; ++again) {
    CHECK(slices() == 24 * 3);
    CHECK(hours() == 24 * 3);
    const auto quarters = life.history->ask([&](history::Archive& archive) {
      return archive.availability({"acme", "projects"}, history::kQuarter, kFrom,
                                  life.clock.at.wall);
    });
    CHECK(quarters->size() == 24 * 3);
  }
  CHECK(life.figures.errors.value() == 3);
  CHECK(life.days().size() == 5);
  CHECK(std::filesystem::exists(folder.file()));
  // What comes late begins that day anew.
  life.clock.at.wall -= 24h * 3;
  life.probe(model::Outcome::server_error);
  life.clock.at.wall += 24h * 3;
  for (int turn = 0; turn < 3; ++turn) {
    life.pass(6min);
    life.history->turn();
    life.pass(1s);
    life.history->turn();
  }
  CHECK(slices() == 24 * 3 + 1);
}

TEST_CASE("evidence that cannot be read is said once and left out") {
  const HistoryFolder folder;
  ExporterLife life(folder.file());
  life.open();
  life.probes_of({model::Outcome::server_error, model::Outcome::server_error});
  life.history->turn();
  change(folder.file(), "update evidence set result = x'78f9' where id = 1");
  for (int again = 0; again < 2; ++again)
    CHECK(life.history
              ->ask([&](history::Archive& archive) {
                return archive.evidence("acme", "projects", kFrom, life.clock.at.wall, 10,
                                        life.clock.at);
              })
              ->size() == 1);
  CHECK(life.figures.errors.value() == 1);
}

TEST_CASE("beyond its size go old hours and evidence, old days, the other hours, and days last") {
  Feed feed(2);
  feed.play(24h * 130);
  feed.pack(1);
  history::Store& store = feed.store(1);
  model::StorageLimits limits;
  const base::WallTime now = feed.life.clock.at.wall;
  REQUIRE(store.prune(limits, now));
  // In days, 0 where there is nothing but of today.
  const auto age = [&](const std::string& column, const std::string& table) {
    const std::int64_t today = history::stretch_of(now, history::kDay);
    return today - count_in(feed.file(1), fmt::format("select coalesce(min({}), {}) from {}",
                                                      column, today, table));
  };
  struct Ages {
    std::int64_t hours, evidence, days, availability, quarters, slices;
    bool operator==(const Ages&) const = default;
  };
  const auto ages = [&] {
    return Ages{
        age("id / 4294967296", "packed_hours"),    age("finished_ms / 86400000", "evidence"),
        age("id / 4294967296", "packed_days"),     age("start", "availability where width = 86400"),
        age("id / 4294967296", "packed_quarters"), age("id / 4294967296", "packed_slices")};
  };
  CHECK(ages() == Ages{31, 90, 130, 130, 31, 93});
  std::size_t dropped = 0;
  for (std::uint64_t bytes = store.size().value(); bytes > 100'000; bytes -= 16'384) {
    CAPTURE(bytes);
    limits.bytes_max = bytes;
    const auto pruned = store.prune(limits, now);
    REQUIRE(pruned);
    dropped += pruned->stretches + pruned->evidence;
    const Ages left = ages();
    if (left.hours > 7 || left.evidence > 7) CHECK((left.days == 130 && left.availability == 130));
    if (left.availability > 90) CHECK(left.hours >= 7);
    if (left.hours > 0) CHECK((left.quarters == 31 && left.slices == 93));
    if (left.quarters > 0) CHECK(left.slices == 93);
    if (left.slices > 0) CHECK((left.days >= 90 && left.availability >= 90));
    if (left.days > 0) CHECK(left.availability >= 90);
  }
  CHECK(dropped > 0);
}

}  // namespace
}  // namespace reinfer::tests::history_packing_test
