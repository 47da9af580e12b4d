// The history's summary of a stretch of time: how many results counted how, and a sketch of their
// latencies. Plain values with their arithmetic, any thread; store.h writes them and archive.h
// reads them.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "model/figures.h"
#include "model/outcome.h"
#include "record/journal.h"
#include "record/native_histogram.h"

namespace reinfer::history {

inline constexpr std::chrono::seconds kQuarter = std::chrono::minutes(15);
inline constexpr std::chrono::seconds kHour = std::chrono::hours(1);
inline constexpr std::chrono::seconds kDay = std::chrono::hours(24);  // of UTC

// The number of the stretch of that width in which `when` lies, counted since the Unix epoch.
std::int64_t stretch_of(base::WallTime when, std::chrono::seconds width);
base::WallTime begin_of(std::int64_t stretch, std::chrono::seconds width);

std::int64_t to_milliseconds(base::WallTime when);
base::WallTime from_milliseconds(std::int64_t count);

struct Availability {
  std::uint64_t good = 0;
  std::uint64_t bad = 0;
  std::uint64_t excluded = 0;
  std::uint64_t missed = 0;  // slots that the exporter failed to probe
  // Results that were not good, excluded ones included; `none` is not used.
  std::array<std::uint64_t, model::kFaultCount> faults{};
  base::Nanoseconds interval{};  // between two slots, at the end of the stretch; 0: not known

  void count(const record::JournalEntry& entry);
  // Of another stretch or another target; `interval` becomes the other's.
  void add(const Availability& other);

  // Good ones among those that count; absent where none does.
  std::optional<double> ratio() const;
  std::uint64_t results() const { return good + bad + excluded; }
  // The fault with most failures; `none` without one.
  model::Fault main_fault() const;
  bool operator==(const Availability&) const = default;
};

// A column of the table for each fault, in the order of model::Fault, without `none`.
inline constexpr std::array<model::Fault, model::kFaultCount - 1> kFailingFaults = {
    model::Fault::platform,    model::Fault::edge,    model::Fault::network,
    model::Fault::credentials, model::Fault::request, model::Fault::monitor};

// Seconds, for each LatencyFigure.
struct Latencies {
  std::array<record::NativeHistogram, model::kLatencyFigureCount> figures;

  void count(const record::JournalEntry& entry);
};

struct StretchRow {
  base::WallTime begin{};
  std::chrono::seconds width{};
  Availability counts;
  double due = 0;  // slots in a whole stretch

  // Slots due until `now`; none before `first`, when the target was first probed.
  double due_until(base::WallTime now, base::WallTime first = {}) const;
  // The part of the slots due until `now` that has a result, 0 to 1.
  double watched(base::WallTime now) const;
};

struct LatencyRow {
  base::WallTime begin{};
  std::array<record::NativeHistogram, model::kLatencyFigureCount> figures;
};

// How many values of a sketch are at most `value`, the bucket in which it lies counted in part, as
// its quantile() does.
double count_up_to(const record::NativeHistogram& sketch, double value);

// Buckets as bytes: pairs of varints (protozero), the distance to the bucket before in zigzag form
// and the count.
std::string to_bytes(const record::NativeHistogram& sketch);
record::NativeHistogram from_bytes(int schema, std::uint64_t zero_count, std::string_view bytes);

}  // namespace reinfer::history
