// Days that are not packed yet: what a fold adds to them, and the rows of an older file.
#include "history/packed_rows.h"
#include "history/rows.h"
#include "history/store.h"
#include "history/transaction.h"

namespace reinfer::history {
namespace {

constexpr const char* kGetDay =
    "select slices, quarters from open_day where target = ? and day = ?";
constexpr const char* kPutDay = "insert or replace into open_day values (?, ?, ?, ?)";

// In the order of their keys, so that they are found at once.
constexpr const char* kOldSlices =
    "select start, target, counts from slice order by start, target limit ?";
constexpr const char* kForgetOldSlices = "delete from slice where (start, target) <= (?, ?)";
constexpr const char* kOldQuarters =
    "select start, good, bad, excluded, missed, platform, edge, network, credentials, request,"
    " monitor, interval_ms, target from availability where width = 900"
    " order by target, start limit ?";
constexpr const char* kForgetOldQuarters =
    "delete from availability where width = 900 and (target, start) <= (?, ?)";

void bind_key(SQLite::Statement& forget, std::int64_t first, std::int64_t second) {
  forget.bind(1, first);
  forget.bind(2, second);
  forget.exec();
}

template <typename Day>
void bind_day(SQLite::Statement& put, int column, const Day& day) {
  const std::string bytes = day.empty() ? "" : to_packed(day, Packing::quick);
  put.bind(column, bytes.data(), static_cast<int>(bytes.size()));
}

}  // namespace

OpenDay Store::open_day(std::int64_t target, std::int64_t day) {
  SQLite::Statement& get = statement(kGetDay);
  get.bind(1, target);
  get.bind(2, day);
  OpenDay found;
  if (!get.executeStep()) return found;
  auto slices = slices_from_packed(get.getColumn(0).getString());
  auto quarters = quarters_from_packed(get.getColumn(1).getString());
  get.reset();
  if (!slices) unreadable_.note(place_of(*database_, Part::slices, target, day));
  if (!quarters) unreadable_.note(place_of(*database_, Part::quarters, target, day));
  if (slices) found.slices = std::move(*slices);
  if (quarters) found.quarters = std::move(*quarters);
  return found;
}

void Store::add_to_open_days(const OpenDays& opened) {
  for (const auto& [key, more] : opened) {
    OpenDay sum = open_day(key.first, key.second);
    add(sum.slices, more.slices);
    add(sum.quarters, more.quarters);
    SQLite::Statement& put = statement(kPutDay);
    put.bind(1, key.first);
    put.bind(2, key.second);
    bind_day(put, 3, sum.slices);
    bind_day(put, 4, sum.quarters);
    put.exec();
  }
}

// Returns whether there were any.
bool Store::open_old_slices() {
  OpenDays opened;
  SliceKey last;
  SQLite::Statement& old = statement(kOldSlices);
  old.bind(1, kOldRowsAtOnce);
  while (old.executeStep()) {
    last = {old.getColumn(0).getInt64(), old.getColumn(1).getInt64()};
    const DayPlace place = day_place(last.start, kSlice);
    opened[{last.target, place.day}].slices[place.number].add(
        slice_from_text(old.getColumn(2).getString()));
  }
  old.reset();
  if (opened.empty()) return false;
  add_to_open_days(opened);
  bind_key(statement(kForgetOldSlices), last.start, last.target);
  return true;
}

bool Store::open_old_quarters() {
  OpenDays opened;
  SliceKey last;
  SQLite::Statement& old = statement(kOldQuarters);
  old.bind(1, kOldRowsAtOnce);
  while (old.executeStep()) {
    last = {old.getColumn(0).getInt64(), old.getColumn(12).getInt64()};
    const DayPlace place = day_place(last.start, kQuarter);
    opened[{last.target, place.day}].quarters[place.number].add(availability_of(old, 1));
  }
  old.reset();
  if (opened.empty()) return false;
  add_to_open_days(opened);
  bind_key(statement(kForgetOldQuarters), last.target, last.start);
  return true;
}

}  // namespace reinfer::history
