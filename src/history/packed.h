// A day of a target in one blob: its slices, its quarters of an hour, or sketches of its latencies.
// Pure, any thread; store.h writes such blobs, archive.h reads them.
//
// A blob begins with a byte for its form: plain, or deflated, which is chosen where it is smaller.
// Numbers are varints (protozero). Counts are written once for each that differs, then the runs of
// stretches that have the same, so that a day without a failure takes some twenty bytes. A sketch
// is its buckets from the first to the last; gaps between them are a 0 and their width.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "history/slice.h"
#include "history/stretch.h"

namespace reinfer::history {

// By number of the stretch within its day. Those without a result are left out.
using SlicesOfDay = std::map<std::uint32_t, SliceCounts>;     // 0 to 287
using QuartersOfDay = std::map<std::uint32_t, Availability>;  // 0 to 95
using LatenciesOfDay = std::map<std::uint32_t, Latencies>;    // hours: 0 to 23; the day: 0

// What of a day stands in a blob of its own.
enum class Part : std::uint8_t { slices, quarters, hours, days };
inline constexpr std::size_t kPartCount = 4;

enum class Packing : std::uint8_t {
  quick,  // for a row that is written again in some minutes
  small
};

std::string to_packed(const SlicesOfDay& day, Packing packing);
std::string to_packed(const QuartersOfDay& day, Packing packing);
std::string to_packed(const LatenciesOfDay& day, Packing packing);

// nullopt if the bytes are not whole, or not of to_packed(). An empty text is an empty day.
// Counters that a later version has added are left out.
std::optional<SlicesOfDay> slices_from_packed(std::string_view bytes);
std::optional<QuartersOfDay> quarters_from_packed(std::string_view bytes);
std::optional<LatenciesOfDay> latencies_from_packed(std::string_view bytes);

// What both have counted.
void add(SlicesOfDay& day, const SlicesOfDay& more);
// Intervals become those of `more`.
void add(QuartersOfDay& day, const QuartersOfDay& more);
void add(LatenciesOfDay& day, const LatenciesOfDay& more);

// The day of a stretch and its number in it.
struct DayPlace {
  std::int64_t day = 0;
  std::uint32_t number = 0;
};
DayPlace day_place(std::int64_t stretch, std::chrono::seconds width);
// The stretch of that number of a day.
std::int64_t stretch_in(std::int64_t day, std::uint32_t number, std::chrono::seconds width);

}  // namespace reinfer::history
