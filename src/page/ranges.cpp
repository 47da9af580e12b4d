#include "page/ranges.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "explain/probe_status.h"
#include "model/figures.h"

namespace reinfer::page {
namespace {

constexpr auto kTotal = static_cast<std::size_t>(model::LatencyFigure::total);

LatencyStretch stretch_from(const record::NativeHistogram& sketch, base::WallTime begin,
                            std::chrono::seconds width) {
  return {begin,
          width,
          sketch.count(),
          sketch.quantile(50).value_or(0),
          sketch.quantile(95).value_or(0),
          sketch.quantile(99).value_or(0)};
}

LatencyStretch stretch_from(std::vector<std::uint32_t>& values, base::WallTime begin,
                            std::chrono::seconds width) {
  std::sort(values.begin(), values.end());
  const auto at = [&](double percent) {
    return values[model::nearest_rank(values.size(), percent)] * 1e-6;
  };
  return {begin, width, values.size(), at(50), at(95), at(99)};
}

history::StretchRow row_from(const record::AvailabilityBin& bin, base::WallTime begin,
                             std::chrono::seconds width, base::Nanoseconds interval) {
  history::StretchRow row{begin, width, {}, base::to_seconds(width) / base::to_seconds(interval)};
  row.counts.good = bin.good;
  row.counts.bad = bin.bad;
  row.counts.excluded = bin.excluded;
  row.counts.missed = bin.missed;
  // Of the others the ledger has forgotten how many there were of each.
  row.counts.faults[static_cast<std::size_t>(bin.worst)] = bin.bad + bin.excluded;
  row.counts.interval = interval;
  return row;
}

}  // namespace

std::chrono::seconds Range::availability_rows() const {
  return availability < history::kDay ? history::kQuarter : history::kDay;
}

std::chrono::seconds Range::latency_rows() const {
  return latency < history::kDay ? history::kHour : history::kDay;
}

const Range* range_of(std::string_view name, bool has_history) {
  const auto* const found = std::find_if(kRanges.begin(), kRanges.end(), [&](const Range& range) {
    return range.name == name && (has_history || range.recent);
  });
  return found == kRanges.end() ? nullptr : &*found;
}

std::string range_fault(std::string_view name, bool has_history) {
  std::vector<std::string> allowed;
  std::vector<std::string> others;
  for (const Range& range : kRanges)
    (has_history || range.recent ? allowed : others).emplace_back(range.name);
  std::string text = fmt::format("range: is \"{}\", allowed: {}", name, base::join(allowed, ", "));
  if (!others.empty())
    text += fmt::format("; {} need a history (--storage.path)", base::join(others, ", "));
  return text;
}

base::WallTime first_of_range(const Range& range, std::chrono::seconds width, base::WallTime now) {
  return history::begin_of(history::stretch_of(now, width) - range.span / width + 1, width);
}

RangeFigures figures_from_history(const Range& range,
                                  const std::vector<history::StretchRow>& availability,
                                  const std::vector<history::LatencyRow>& latencies,
                                  base::WallTime now) {
  RangeFigures figures;
  figures.range = &range;
  figures.begin = first_of_range(range, range.availability, now);
  const base::WallTime first_latency = first_of_range(range, range.latency, now);
  std::map<std::int64_t, history::StretchRow> stretches;
  for (const history::StretchRow& row : availability) {
    if (row.begin < figures.begin) continue;
    const std::int64_t number = history::stretch_of(row.begin, range.availability);
    history::StretchRow& sum = stretches[number];
    sum.begin = history::begin_of(number, range.availability);
    sum.width = range.availability;
    sum.counts.add(row.counts);
    // Of quarters that nobody watched there is no row, but slots were due.
    sum.due = std::max(sum.due, row.due * static_cast<double>(range.availability / row.width));
  }
  for (const auto& [number, row] : stretches)
    figures.availability.push_back(row);
  for (const history::LatencyRow& row : latencies)
    if (row.begin >= first_latency && row.figures[kTotal].count() > 0)
      figures.latencies.push_back(stretch_from(row.figures[kTotal], row.begin, range.latency));
  return figures;
}

RangeFigures figures_from_recent(const Range& range, const record::RecentResults& recent,
                                 base::Nanoseconds interval, base::Instant now) {
  RangeFigures figures;
  figures.range = &range;
  figures.begin = first_of_range(range, range.availability, now.wall);
  if (!recent.first()) return figures;
  const bool hour = range.availability < history::kQuarter;
  for (const record::AvailabilityBin& bin : hour ? recent.hour(now.mono) : recent.day(now.mono)) {
    if (bin.good + bin.bad + bin.excluded == 0) continue;
    const base::MonoTime begin =
        hour ? recent.hour_bin_start(bin.number) : recent.day_bin_start(bin.number);
    // Round in wall time as it read at the first result; a step of the clock moves it.
    const std::int64_t number = history::stretch_of(
        explain::wall_of(begin, now) + range.availability / 2, range.availability);
    figures.availability.push_back(
        row_from(bin, history::begin_of(number, range.availability), range.availability, interval));
  }
  std::map<std::int64_t, std::vector<std::uint32_t>> values;
  for (const record::RecentLatency& latency :
       recent.latencies(model::LatencyFigure::total, now.mono))
    values[history::stretch_of(explain::wall_of(latency.finished, now), range.latency)].push_back(
        latency.microseconds);
  for (auto& [number, each] : values) {
    const base::WallTime begin = history::begin_of(number, range.latency);
    if (begin >= first_of_range(range, range.latency, now.wall))
      figures.latencies.push_back(stretch_from(each, begin, range.latency));
  }
  return figures;
}

}  // namespace reinfer::page
