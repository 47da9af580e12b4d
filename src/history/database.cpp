#include "history/database.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <filesystem>

namespace reinfer::history {
namespace {

constexpr int kBusyMilliseconds = 5000;
constexpr int kAsideMax = 1000;

constexpr const char* kSchema = R"sql(
create table target (
  id integer primary key,
  tenant text not null,
  probe text not null,
  interval_ms integer not null,
  url text not null,
  removed_ms integer,
  first_ms integer,
  last_ms integer,
  unique (tenant, probe));
create table result (
  id integer primary key,
  target integer not null,
  finished_ms integer not null,
  outcome text not null,
  excluded integer not null,
  missed integer not null,
  total_us integer,
  server_us integer,
  path_us integer);
create table availability (
  width integer not null,
  target integer not null,
  start integer not null,
  good integer not null,
  bad integer not null,
  excluded integer not null,
  missed integer not null,
  platform integer not null,
  edge integer not null,
  network integer not null,
  credentials integer not null,
  request integer not null,
  monitor integer not null,
  interval_ms integer not null,
  primary key (width, target, start)) without rowid;
create table latency (
  width integer not null,
  target integer not null,
  start integer not null,
  figure integer not null,
  schema integer not null,
  zero integer not null,
  buckets blob not null,
  primary key (width, target, start, figure)) without rowid;
create table incident (
  id integer primary key,
  target integer not null,
  since_ms integer not null,
  recovered_ms integer,
  fault text not null,
  outcome text not null,
  counts text not null,
  fault_since text not null,
  failures integer not null,
  good_in_a_row integer not null,
  good_since_ms integer not null,
  last_ms integer not null,
  maintained integer not null,
  unique (target, since_ms));
create index incident_since on incident (since_ms);
create table evidence (
  id integer primary key,
  target integer not null,
  finished_ms integer not null,
  good integer not null,
  result text not null);
create index evidence_of on evidence (target, finished_ms);
create index evidence_when on evidence (finished_ms);
)sql";

// From each version to the next one.
constexpr std::array<const char*, kSchemaVersion - 1> kUpgrades = {R"sql(
alter table result add column marks integer not null default 0;
create table skipped (
  target integer not null,
  at_ms integer not null,
  reason text not null,
  count integer not null);
create table slice (
  start integer not null,
  target integer not null,
  counts text not null,
  primary key (start, target)) without rowid;
create table setting (
  target integer not null,
  since_ms integer not null,
  interval_ms integer not null,
  labels text not null,
  availability real,
  counts text not null,
  latency real,
  threshold_us integer not null,
  primary key (target, since_ms)) without rowid;
create table run (
  start_ms integer primary key,
  alive_ms integer not null);
)sql",
                                                                   R"sql(
create table open_day (
  target integer not null,
  day integer not null,
  slices blob not null,
  quarters blob not null,
  primary key (target, day)) without rowid;
create table packed_slices (id integer primary key, bytes blob not null);
create table packed_quarters (id integer primary key, bytes blob not null);
create table packed_hours (id integer primary key, bytes blob not null);
create table packed_days (id integer primary key, bytes blob not null);
)sql"};

// Each connection has an owner that is used by one thread at a time: without its locks SQLite takes
// a twentieth less.
int for_one_thread() {
  return SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX;
}

OpenError open_error_of(const SQLite::Exception& error) {
  const int code = error.getErrorCode() & 0xff;
  const bool broken = code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
  return {broken ? OpenFault::broken : OpenFault::unavailable, error.what()};
}

int version_of(SQLite::Database& database) {
  return database.execAndGet("pragma user_version").getInt();
}

// `version`: that of the tables, 0: there is none.
void upgrade(SQLite::Database& database, int version) {
  SQLite::Transaction transaction(database);
  if (version == 0) database.exec(kSchema);
  for (int from = std::max(version, 1); from < kSchemaVersion; ++from)
    database.exec(kUpgrades.at(static_cast<std::size_t>(from - 1)));
  database.exec(fmt::format("pragma user_version = {}", kSchemaVersion));
  transaction.commit();
}

tl::expected<Connection, OpenError> checked(Connection database) {
  const int version = version_of(*database);
  if (version > kSchemaVersion)
    return tl::unexpected(OpenError{
        OpenFault::newer,
        fmt::format("its schema is version {}, this program knows {}", version, kSchemaVersion)});
  if (version == kSchemaVersion) return database;
  if (version > 0)
    return tl::unexpected(OpenError{
        OpenFault::unavailable,
        fmt::format("its schema is version {}: an exporter of this version makes it {} when it "
                    "serves",
                    version, kSchemaVersion)});
  return tl::unexpected(OpenError{OpenFault::broken, "it has tables of something else"});
}

}  // namespace

void CloseDatabase::operator()(SQLite::Database* database) const {
  std::default_delete<SQLite::Database>()(database);
}

tl::expected<Connection, OpenError> open_database(const std::string& path) {
  try {
    Connection database(std::make_unique<SQLite::Database>(
                            path, for_one_thread() | SQLite::OPEN_CREATE, kBusyMilliseconds)
                            .release());
    const bool empty = database->execAndGet("select count(*) from sqlite_master").getInt() == 0;
    // Before the first table: later it would take a VACUUM.
    if (empty) database->exec("pragma auto_vacuum = incremental");
    database->exec("pragma journal_mode = wal");
    // A crash of the process loses nothing, and a power cut some seconds: never the file.
    database->exec("pragma synchronous = normal");
    database->exec("pragma temp_store = memory");
    database->exec("pragma journal_size_limit = 16777216");
    const int version = version_of(*database);
    if (version < kSchemaVersion && (empty ? version == 0 : version > 0)) {
      upgrade(*database, version);
      // Into the file's header, where a package that is asked to go back looks.
      database->exec("pragma wal_checkpoint(passive)");
    }
    return checked(std::move(database));
  } catch (const SQLite::Exception& error) {
    return tl::unexpected(open_error_of(error));
  }
}

tl::expected<Connection, OpenError> open_to_read(const std::string& path) {
  try {
    Connection database(
        std::make_unique<SQLite::Database>(path, for_one_thread(), kBusyMilliseconds).release());
    database->exec("pragma query_only = true");
    database->exec("pragma temp_store = memory");
    return checked(std::move(database));
  } catch (const SQLite::Exception& error) {
    return tl::unexpected(open_error_of(error));
  }
}

tl::expected<std::string, std::string> set_aside(const std::string& path, std::string_view reason) {
  std::string aside = fmt::format("{}.{}", path, reason);
  std::error_code error;
  for (int i = 2; std::filesystem::exists(aside, error) && i < kAsideMax; ++i)
    aside = fmt::format("{}.{}.{}", path, reason, i);
  for (const char* part : {"-wal", "-shm", ""}) {
    std::filesystem::rename(path + part, aside + part, error);
    if (error && *part == '\0') return tl::unexpected(error.message());
  }
  return aside;
}

}  // namespace reinfer::history
