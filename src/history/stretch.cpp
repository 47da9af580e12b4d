#include "history/stretch.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <protozero/varint.hpp>

namespace reinfer::history {

std::int64_t stretch_of(base::WallTime when, std::chrono::seconds width) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(when).time_since_epoch().count();
  // Rounded down, before 1970 too.
  return (seconds - (seconds % width.count() + width.count()) % width.count()) / width.count();
}

base::WallTime begin_of(std::int64_t stretch, std::chrono::seconds width) {
  return base::WallTime{stretch * width};
}

std::int64_t to_milliseconds(base::WallTime when) {
  return std::chrono::floor<std::chrono::milliseconds>(when).time_since_epoch().count();
}

base::WallTime from_milliseconds(std::int64_t count) {
  return base::WallTime{std::chrono::milliseconds(count)};
}

void Availability::count(const record::JournalEntry& entry) {
  missed += entry.missed;
  const model::Fault fault = model::fault_of(entry.outcome);
  if (fault != model::Fault::none) ++faults[static_cast<std::size_t>(fault)];
  const model::AvailabilityEvent event =
      entry.excluded ? model::AvailabilityEvent::excluded : model::availability_of(entry.outcome);
  if (event == model::AvailabilityEvent::good) ++good;
  if (event == model::AvailabilityEvent::bad) ++bad;
  if (event == model::AvailabilityEvent::excluded) ++excluded;
}

void Availability::add(const Availability& other) {
  good += other.good;
  bad += other.bad;
  excluded += other.excluded;
  missed += other.missed;
  for (std::size_t i = 0; i < faults.size(); ++i)
    faults[i] += other.faults[i];
  interval = other.interval;
}

std::optional<double> Availability::ratio() const {
  if (good + bad == 0) return std::nullopt;
  return static_cast<double>(good) / static_cast<double>(good + bad);
}

model::Fault Availability::main_fault() const {
  const auto most = std::max_element(faults.begin() + 1, faults.end());
  return *most == 0 ? model::Fault::none : static_cast<model::Fault>(most - faults.begin());
}

void Latencies::count(const record::JournalEntry& entry) {
  for (std::size_t i = 0; i < figures.size(); ++i)
    if (entry.figures[i] != record::JournalEntry::kAbsent)
      figures[i].observe(entry.figures[i] * 1e-6);
}

double StretchRow::due_until(base::WallTime now, base::WallTime first) const {
  const base::WallTime from = std::max(begin, first);
  return due * std::clamp(base::to_seconds(std::min(now, begin + width) - from) /
                              static_cast<double>(width.count()),
                          0.0, 1.0);
}

double StretchRow::watched(base::WallTime now) const {
  const double until_now = due_until(now);
  if (until_now <= 0) return 0;
  // The first slot of a stretch may be due at its very end.
  return std::clamp(static_cast<double>(counts.results()) / std::max(1.0, until_now), 0.0, 1.0);
}

double count_up_to(const record::NativeHistogram& sketch, double value) {
  if (value < 0) return 0;
  auto sum = static_cast<double>(sketch.zero_count());
  if (value <= record::NativeHistogram::kZeroThreshold) return sum;
  // Where the value lies on the scale on which each bucket ends at its index.
  const double place = std::log2(value) * std::exp2(sketch.schema());
  for (const record::NativeHistogram::Bucket& bucket : sketch.buckets())
    sum += static_cast<double>(bucket.count) * std::clamp(place - (bucket.index - 1), 0.0, 1.0);
  return sum;
}

std::string to_bytes(const record::NativeHistogram& sketch) {
  std::string bytes;
  std::int32_t before = 0;
  for (const record::NativeHistogram::Bucket& bucket : sketch.buckets()) {
    protozero::write_varint(std::back_inserter(bytes),
                            protozero::encode_zigzag32(bucket.index - before));
    protozero::write_varint(std::back_inserter(bytes), bucket.count);
    before = bucket.index;
  }
  return bytes;
}

record::NativeHistogram from_bytes(int schema, std::uint64_t zero_count, std::string_view bytes) {
  std::vector<record::NativeHistogram::Bucket> buckets;
  const char* at = bytes.data();
  const char* end = at + bytes.size();
  std::int32_t index = 0;
  try {
    while (at != end) {
      index += protozero::decode_zigzag32(
          static_cast<std::uint32_t>(protozero::decode_varint(&at, end)));
      const auto count = static_cast<std::uint32_t>(protozero::decode_varint(&at, end));
      buckets.push_back({index, count});
    }
  } catch (const protozero::exception&) {
    // A cut blob: what was whole counts.
  }
  return {schema, zero_count, std::move(buckets)};
}

}  // namespace reinfer::history
