// Writes the input of a month's report: the targets' objectives, when the exporter was running,
// and the counts of each slice.
#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "history/rows.h"
#include "history/store.h"
#include "history/transaction.h"

namespace reinfer::history {
namespace {

constexpr const char* kSkip = "insert into skipped values (?, ?, ?, ?)";
constexpr const char* kAlive =
    "insert into run values (?, ?)"
    " on conflict (start_ms) do update set alive_ms = max(alive_ms, excluded.alive_ms)";
constexpr const char* kLastSetting =
    "select since_ms, interval_ms, labels, availability, counts, latency, threshold_us"
    " from setting where target = ? order by since_ms desc limit 1";
constexpr const char* kPutSetting =
    "insert or replace into setting values (?, ?, ?, ?, ?, ?, ?, ?)";

Setting setting_of(const model::Plan& plan, const model::Target& target) {
  Setting setting;
  setting.interval = target.interval;
  const std::vector<std::string>& values = plan.tenant(target.tenant).label_values;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!values[i].empty()) setting.labels[plan.label_names()[i]] = values[i];
  if (const auto& objective = target.objectives.availability) {
    setting.availability = objective->ratio;
    setting.counts = objective->counts;
  }
  if (const auto& objective = target.objectives.latency) {
    setting.latency = objective->ratio;
    setting.threshold = objective->threshold;
  }
  return setting;
}

}  // namespace

void Store::put_setting(std::int64_t target, const Setting& setting) {
  SQLite::Statement& known = statement(kLastSetting);
  known.bind(1, target);
  if (known.executeStep()) {
    Setting last = history::setting_of(known, 0);
    last.since = setting.since;
    if (last == setting) return;
  } else if (setting.interval == base::Nanoseconds{0}) {
    return;
  }
  SQLite::Statement& put = statement(kPutSetting);
  put.bind(1, target);
  put.bind(2, to_milliseconds(setting.since));
  put.bind(3, static_cast<std::int64_t>(setting.interval / std::chrono::milliseconds(1)));
  put.bind(4, nlohmann::json(setting.labels).dump());
  if (setting.availability) put.bind(5, *setting.availability);
  put.bind(6, nlohmann::json(setting.counts).dump());
  if (setting.latency) put.bind(7, *setting.latency);
  put.bind(8, static_cast<std::int64_t>(setting.threshold / std::chrono::microseconds(1)));
  put.exec();
}

void Store::put_settings(const model::Plan& plan, base::WallTime now) {
  for (const model::Target& target : plan.targets()) {
    Setting setting = setting_of(plan, target);
    setting.since = now;
    put_setting(id_of(target), setting);
  }
  std::vector<std::int64_t> removed;
  SQLite::Statement& gone = statement("select id from target where removed_ms is not null");
  while (gone.executeStep())
    removed.push_back(gone.getColumn(0).getInt64());
  for (const std::int64_t id : removed)
    put_setting(id, {now, {}, {}, {}, {}, {}, {}});
}

void Store::write_skipped(const record::JournalBatch& batch, base::WallTime now) {
  const std::vector<std::int64_t>& ids = ids_of(batch.plan);
  for (const record::SkippedSlots& skipped : batch.skipped) {
    SQLite::Statement& add = statement(kSkip);
    add.bind(1, ids.at(model::to_size(skipped.target)));
    add.bind(2, to_milliseconds(now));
    add.bind(3, std::string(model::to_label(skipped.reason)));
    add.bind(4, static_cast<std::int64_t>(skipped.count));
    add.exec();
  }
}

// The first results may have come a moment before the run was first noted.
void Store::note_alive(const std::vector<record::JournalBatch>& batches, base::WallTime now) {
  if (!run_) {
    base::WallTime first = now;
    for (const record::JournalBatch& batch : batches)
      for (const record::JournalEntry& entry : batch.entries)
        first = std::min(first, entry.finished);
    run_ = to_milliseconds(first);
  }
  SQLite::Statement& alive = statement(kAlive);
  alive.bind(1, *run_);
  alive.bind(2, to_milliseconds(now));
  alive.exec();
}

void Store::fold_skipped(OpenDays& opened) {
  std::map<SliceKey, SliceCounts> sums;
  add_skipped(statement(kUncountedSkips), sums);
  for (const auto& [key, sum] : sums) {
    const DayPlace place = day_place(key.start, kSlice);
    opened[{key.target, place.day}].slices[place.number].add(sum);
  }
  statement("delete from skipped").exec();
}

}  // namespace reinfer::history
