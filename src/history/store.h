// Writes to the history and removes from it: results as they come, stretches
// of them every few minutes, days packed once they are over, incidents, evidence, and the limits
// on age and size. Owned by the
// History, on whose thread it is used; each function is one transaction. It starts no thread and
// reads no clock.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "base/clock.h"
#include "history/database.h"
#include "history/packed.h"
#include "history/slice.h"
#include "history/stretch.h"
#include "history/unreadable.h"
#include "model/plan.h"
#include "record/journal.h"

namespace SQLite {
class Statement;
}

namespace reinfer::history {

// Quarters of an hour, and latencies by hour; days are kept for longer.
inline constexpr std::chrono::days kFineKept{31};

// Slices, for the report of the month before the last.
inline constexpr std::chrono::days kSlicesKept{93};

// What the limit on size leaves alone for as long as it can: the days that the page shows, and the
// finest figures and evidence of the last ones.
inline constexpr std::chrono::days kDaysHeld{90};
inline constexpr std::chrono::days kFineHeld{7};

// A day is packed so long after its end. In one transaction so many days of a target each are
// packed, so many targets looked at, or so many rows of an older file taken, which come first.
inline constexpr base::Nanoseconds kPackedAfter = std::chrono::minutes(30);
inline constexpr std::size_t kDaysPackedAtOnce = 100;
inline constexpr std::size_t kTargetsLookedAtOnce = 1000;
inline constexpr int kOldRowsAtOnce = 5000;

// How exactly the history knows until when an exporter without results was at work.
inline constexpr base::Nanoseconds kAliveEvery = std::chrono::seconds(30);

// Of each target; incidents have their numbers without them.
inline constexpr std::uint32_t kFailuresAnHour = 6;
// The slowest success of each day: ten thousand healthy targets must fit.
inline constexpr std::chrono::days kSlowestKept{7};

// An error in SQLite's words. The transaction did not happen.
struct StoreError {
  bool broken = false;  // the file, and not the disk
  std::string text;
};
template <typename Value>
using Stored = tl::expected<Value, StoreError>;

struct Written {
  std::size_t results = 0;
  std::size_t evidence = 0;
};

// Rows that the limit on size took before their time.
struct Pruned {
  std::size_t stretches = 0;
  std::size_t evidence = 0;
};

// A day of a target that is not packed yet.
struct OpenDay {
  SlicesOfDay slices;
  QuartersOfDay quarters;
};
using OpenDays = std::map<std::pair<std::int64_t, std::int64_t>, OpenDay>;  // by target and day

class Store {
 public:
  explicit Store(Connection database);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // The targets that are configured from now on; the others keep their past, marked so.
  Stored<void> adopt(const model::Plan& plan, base::WallTime now);
  // Slots without a probe are taken for skipped now.
  Stored<Written> write(const std::vector<record::JournalBatch>& batches, base::WallTime now);
  // Counts the results of up to now in their stretches.
  Stored<void> fold();
  // Packs some days that are over. Returns whether to come again: false once all are packed.
  Stored<bool> pack(base::WallTime now);
  // Takes away what is older than the limits, and the oldest of what is too much for the size.
  Stored<Pruned> prune(const model::StorageLimits& limits, base::WallTime now);
  // In bytes, without what is free for new rows.
  Stored<std::uint64_t> size();
  // Whether the file contradicts itself. It reads all of it.
  Stored<void> examine();
  // Days that could not be read when more was to be added to them, and were begun anew.
  std::vector<std::string> take_unreadable() { return unreadable_.take(); }

 private:
  // The kept evidence of a target.
  struct Share {
    std::int64_t hour = 0;
    std::uint32_t failures = 0;  // in that hour
    std::int64_t day = 0;
    std::int64_t slowest = 0;  // of that day, nanoseconds
  };

  // Afterwards no statement is at a row: that would keep the -wal file from ever being reused.
  Stored<void> transact(const std::function<void()>& call);
  SQLite::Statement& statement(const char* sql);
  const std::vector<std::int64_t>& ids_of(const std::shared_ptr<const model::Plan>& plan);
  std::int64_t id_of(const model::Target& target);
  void put_target(const model::Target& target);
  void write_results(const record::JournalBatch& batch, Written& written);
  void write_skipped(const record::JournalBatch& batch, base::WallTime now);
  // That the exporter was at work until now.
  void note_alive(const std::vector<record::JournalBatch>& batches, base::WallTime now);
  // Where a target is held to something else than before.
  void put_settings(const model::Plan& plan, base::WallTime now);
  void put_setting(std::int64_t target, const Setting& setting);
  void write_incidents(const record::JournalBatch& batch);
  void write_incident(std::int64_t target, const record::Incident& incident,
                      std::optional<base::Instant> recovered, const model::Tenant& tenant);
  bool may_keep_failure(std::int64_t target, const model::ProbeResult& result);
  bool replaces_slowest(std::int64_t target, const model::ProbeResult& result);
  void write_evidence(const record::JournalBatch& batch, Written& written);
  std::chrono::milliseconds interval_of(std::int64_t target);
  void add_latencies(std::int64_t target, std::int64_t width, std::int64_t start,
                     const Latencies& latencies);
  void fold_skipped(OpenDays& opened);
  void add_to_open_days(const OpenDays& opened);
  OpenDay open_day(std::int64_t target, std::int64_t day);
  bool open_old_slices();
  bool open_old_quarters();
  bool pack_targets(std::int64_t today);
  std::size_t pack_target(std::int64_t target, std::int64_t today, std::size_t days_max);
  void pack_day(std::int64_t target, std::int64_t day);
  LatenciesOfDay take_latencies(std::int64_t target, std::int64_t day, std::chrono::seconds width);
  template <typename Day, typename Read>
  void add_to_packed(Part part, std::int64_t target, std::int64_t day, const Day& more, Read read);
  void forget_finest(std::uint64_t bytes_max, std::int64_t before, Pruned& pruned);
  void prune_by_size(std::uint64_t bytes_max, base::WallTime now, Pruned& pruned);
  std::uint64_t used_bytes();

  Connection database_;
  std::map<const char*, std::unique_ptr<SQLite::Statement>> statements_;  // destroyed first
  struct PlanIds {
    std::shared_ptr<const model::Plan> plan;
    std::vector<std::int64_t> ids;  // of its targets, in its order
  };
  std::vector<PlanIds> ids_;              // one for each probe thread, the newest last
  std::map<std::int64_t, Share> shares_;  // of evidence, by target
  std::int64_t packed_until_ = 0;         // the target up to which this pass has packed
  UnreadableDays unreadable_;
  std::optional<std::int64_t> run_;  // when this exporter began
  base::WallTime alive_{};           // what was written of it last
};

}  // namespace reinfer::history
