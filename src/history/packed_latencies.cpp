// Sketches of latencies in a packed day, and the arithmetic of days.
#include <algorithm>
#include <utility>
#include <vector>

#include "history/packed_bytes.h"

namespace reinfer::history {
namespace {

using record::NativeHistogram;

constexpr std::uint32_t kHoursOfDay = kDay / kHour;
// Far from any latency: 2 to this power, in seconds, at the finest schema.
constexpr std::int64_t kIndexMax = 1 << 20;

// An empty one is a 0.
void put_sketch(std::string& bytes, const NativeHistogram& sketch) {
  if (sketch.count() == 0) return put(bytes, 0);
  const auto& buckets = sketch.buckets();
  put(bytes, buckets.size() + 1);
  put_signed(bytes, sketch.schema());
  put(bytes, sketch.zero_count());
  if (buckets.empty()) return;
  put_signed(bytes, buckets.front().index);
  std::int64_t next = buckets.front().index;
  for (const NativeHistogram::Bucket& bucket : buckets) {
    if (bucket.index > next) {
      put(bytes, 0);
      put(bytes, static_cast<std::uint64_t>(bucket.index - next));
    }
    put(bytes, bucket.count);
    next = std::int64_t{bucket.index} + 1;
  }
}

std::optional<NativeHistogram> sketch_from(Bytes& bytes) {
  const std::uint64_t size = bytes.next();
  if (size == 0) return bytes.broken() ? std::nullopt : std::optional(NativeHistogram());
  if (size - 1 > NativeHistogram::kBucketsMax) return std::nullopt;
  const std::int64_t schema = bytes.next_signed();
  const std::uint64_t zero_count = bytes.next();
  if (schema > NativeHistogram::kSchemaFirst || schema < NativeHistogram::kSchemaLast)
    return std::nullopt;
  std::vector<NativeHistogram::Bucket> buckets;
  std::int64_t next = size > 1 ? bytes.next_signed() : 0;
  while (buckets.size() < size - 1) {
    std::uint64_t count = bytes.next();
    if (count == 0) {
      next += static_cast<std::int64_t>(std::min<std::uint64_t>(bytes.next(), kIndexMax));
      count = bytes.next();
    }
    if (count == 0 || count > UINT32_MAX || next < -kIndexMax || next > kIndexMax)
      return std::nullopt;
    buckets.push_back({static_cast<std::int32_t>(next++), static_cast<std::uint32_t>(count)});
  }
  return NativeHistogram(static_cast<int>(schema), zero_count, std::move(buckets));
}

}  // namespace

// Those of one figure stand together: they are like each other.
std::string to_packed(const LatenciesOfDay& day, Packing packing) {
  std::string body;
  const std::uint32_t hours = day.empty() ? 0 : day.rbegin()->first + 1;
  put(body, hours);
  static const Latencies kNone;
  for (std::size_t figure = 0; figure < model::kLatencyFigureCount; ++figure)
    for (std::uint32_t hour = 0; hour < hours; ++hour) {
      const auto found = day.find(hour);
      put_sketch(body, (found == day.end() ? kNone : found->second).figures[figure]);
    }
  return with_form(body, packing);
}

std::optional<LatenciesOfDay> latencies_from_packed(std::string_view bytes) {
  LatenciesOfDay day;
  if (bytes.empty()) return day;
  const auto body = body_of(bytes);
  if (!body) return std::nullopt;
  Bytes rest(*body);
  const std::uint64_t hours = rest.next();
  if (hours > kHoursOfDay) return std::nullopt;
  for (std::size_t figure = 0; figure < model::kLatencyFigureCount; ++figure)
    for (std::uint32_t hour = 0; hour < hours; ++hour) {
      auto sketch = sketch_from(rest);
      if (!sketch || rest.broken()) return std::nullopt;
      if (sketch->count() > 0) day[hour].figures[figure] = std::move(*sketch);
    }
  if (!rest.over() || rest.broken()) return std::nullopt;
  return day;
}

void add(SlicesOfDay& day, const SlicesOfDay& more) {
  for (const auto& [number, counts] : more)
    day[number].add(counts);
}

void add(QuartersOfDay& day, const QuartersOfDay& more) {
  for (const auto& [number, sum] : more)
    day[number].add(sum);
}

void add(LatenciesOfDay& day, const LatenciesOfDay& more) {
  for (const auto& [number, latencies] : more)
    for (std::size_t i = 0; i < latencies.figures.size(); ++i)
      day[number].figures[i].add(latencies.figures[i]);
}

DayPlace day_place(std::int64_t stretch, std::chrono::seconds width) {
  const std::int64_t of_day = kDay / width;
  const std::int64_t number = (stretch % of_day + of_day) % of_day;
  return {(stretch - number) / of_day, static_cast<std::uint32_t>(number)};
}

std::int64_t stretch_in(std::int64_t day, std::uint32_t number, std::chrono::seconds width) {
  return day * (kDay / width) + number;
}

}  // namespace reinfer::history
