// The SQLite file of the history: opened, its schema made, and a broken or foreign one set aside.
// Used by the Store, which writes, and the Archive, which reads; one connection each. It knows the
// tables and no row of them. A connection belongs to one thread at a time.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace SQLite {
class Database;
}

namespace reinfer::history {

// The tables, once for all that read or write them. Times are milliseconds since the Unix epoch but
// for `start`, which counts stretches of `width` seconds since it. Outcomes and faults are their
// labels.
//
//   target        id, tenant, probe, interval_ms, url, removed_ms (null: it is configured),
//                 first_ms and last_ms of the results that are in stretches
//   result        id, target, finished_ms, outcome, excluded, missed, total_us, server_us, path_us,
//                 marks: those that are in no stretch yet
//   skipped       target, at_ms, reason, count: slots that are in no slice yet
//   open_day      (target, day): slices of five minutes (history/slice.h) and availability by
//                 quarter of an hour of a day that is not packed yet (history/packed.h)
//   availability  (width, target, start): good, bad, excluded, missed, failures by fault,
//                 interval_ms; days, and quarters of an hour of a file before version 3
//   latency       (width, target, start, figure): a native histogram; hours and days that are not
//                 packed yet
//   packed_slices, packed_quarters, packed_hours, packed_days
//                 id, bytes: a day of a target (history/packed.h), once it is over; id is
//                 day * 2^32 + target, so that days are added at the end and go at the beginning
//   slice         (start, target): counts of five minutes of a file before version 3
//   setting       (target, since_ms): what a target was held to, each time that it changed
//   run           start_ms, alive_ms: when an exporter was at work
//   incident      id, target, since_ms, recovered_ms (null: it lasts), ...
//   evidence      id, target, finished_ms, good, result: JSON, deflated since version 3
inline constexpr int kSchemaVersion = 3;

enum class OpenFault : unsigned char {
  broken,      // no database, or one that contradicts itself
  newer,       // made by a later version of the exporter
  unavailable  // the system refuses: permission, disk, descriptors
};

struct OpenError {
  OpenFault fault = OpenFault::unavailable;
  std::string text;
};

struct CloseDatabase {
  void operator()(SQLite::Database* database) const;
};
using Connection = std::unique_ptr<SQLite::Database, CloseDatabase>;

// For writing. Makes the file and the tables where there are none, and brings those of an earlier
// version up to this one.
tl::expected<Connection, OpenError> open_database(const std::string& path);
// For reading, while another connection writes.
tl::expected<Connection, OpenError> open_to_read(const std::string& path);

// Renames the file, with its -wal and -shm, to PATH.REASON, or to PATH.REASON.2 and so on: no
// earlier one is overwritten. Returns the new name, or what went wrong.
tl::expected<std::string, std::string> set_aside(const std::string& path, std::string_view reason);

}  // namespace reinfer::history
