#include "record/recent_results.h"

#include <algorithm>

namespace reinfer::record {
namespace {

std::uint32_t microseconds(const std::optional<base::Nanoseconds>& d) {
  if (!d) return RecentSample::kAbsent;
  const auto count = std::chrono::duration_cast<std::chrono::microseconds>(*d).count();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(count, 0, RecentSample::kAbsent - 1));
}

RecentSample sample_of(const model::ProbeResult& result) {
  RecentSample sample;
  sample.finished = result.finished.mono;
  sample.resolve = microseconds(result.phases.resolve);
  sample.connect = microseconds(result.phases.connect);
  sample.tls = microseconds(result.phases.tls);
  sample.send = microseconds(result.phases.send);
  sample.wait = microseconds(result.phases.wait);
  sample.receive = microseconds(result.phases.receive);
  sample.total = microseconds(result.phases.total);
  sample.server = microseconds(result.server_processing);
  sample.http_status = static_cast<std::uint16_t>(result.http_status.value_or(0));
  sample.outcome = result.outcome;
  return sample;
}

// Adds to a vector that grows to `max` and is a ring from then on.
template <typename Value>
void push(std::vector<Value>& ring, std::size_t& next, std::size_t max, const Value& value) {
  if (ring.size() < max)
    ring.push_back(value);
  else
    ring[next] = value;
  next = (next + 1) % max;
}

void add(std::uint16_t& count, std::uint64_t more) {
  count = static_cast<std::uint16_t>(std::min<std::uint64_t>(count + more, UINT16_MAX));
}

void count_in(AvailabilityBin& bin, model::Outcome outcome, std::uint64_t missed, bool excluded) {
  add(bin.missed, missed);
  const model::AvailabilityEvent event =
      excluded ? model::AvailabilityEvent::excluded : model::availability_of(outcome);
  if (event == model::AvailabilityEvent::good) return add(bin.good, 1);
  const bool bad = event == model::AvailabilityEvent::bad;
  if (outcome != model::Outcome::ok && (bad || bin.bad == 0)) bin.worst = model::fault_of(outcome);
  add(bad ? bin.bad : bin.excluded, 1);
}

std::size_t slot_of(std::int32_t number, std::size_t slots) {
  const auto count = static_cast<std::int32_t>(slots);
  return static_cast<std::size_t>(((number % count) + count) % count);
}

AvailabilityBin& bin_at(std::vector<AvailabilityBin>& bins, std::int32_t number) {
  AvailabilityBin& bin = bins[slot_of(number, bins.size())];
  if (bin.number != number) bin = AvailabilityBin{.number = number};
  return bin;
}

std::vector<AvailabilityBin> up_to(const std::vector<AvailabilityBin>& bins, std::size_t count,
                                   std::int32_t last) {
  std::vector<AvailabilityBin> found(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::int32_t number = last - static_cast<std::int32_t>(count - 1 - i);
    if (!bins.empty()) found[i] = bins[slot_of(number, bins.size())];
    if (found[i].number != number) found[i] = AvailabilityBin{.number = number};
  }
  return found;
}

AvailabilitySum sum_of(const std::vector<AvailabilityBin>& bins) {
  AvailabilitySum sum;
  for (const AvailabilityBin& bin : bins) {
    sum.good += bin.good;
    sum.bad += bin.bad;
    sum.excluded += bin.excluded;
    sum.missed += bin.missed;
  }
  return sum;
}

}  // namespace

std::optional<double> AvailabilitySum::ratio() const {
  if (good + bad == 0) return std::nullopt;
  return static_cast<double>(good) / static_cast<double>(good + bad);
}

void RecentResults::begin(base::Instant first) {
  first_ = first.mono;
  to_wall_ = first.wall.time_since_epoch() - first.mono.time_since_epoch();
  day_.resize(kDayBins);
  hour_.resize(kHourBins);
}

void RecentResults::restore_day(const std::vector<AvailabilityBin>& bins, base::Instant now) {
  if (bins.empty()) return;
  begin(now);
  for (const AvailabilityBin& bin : bins)
    bin_at(day_, bin.number) = bin;
  first_ = day_bin_start(bins.front().number);
}

void RecentResults::note(const model::ProbeResult& result, std::uint64_t missed, bool excluded) {
  const base::MonoTime when = result.finished.mono;
  if (!first_) begin(result.finished);
  if (!first_noted_) first_noted_ = when;
  count_in(bin_at(day_, bin_number(when, kDayBinWidth)), result.outcome, missed, excluded);
  count_in(bin_at(hour_, bin_number(when, kHourBinWidth)), result.outcome, missed, excluded);
  const RecentSample sample = sample_of(result);
  push(samples_, next_sample_, kSamplesKept, sample);
  Latency latency{static_cast<std::uint32_t>((when - *first_) / std::chrono::seconds(1)), {}};
  const model::LatencyFigures figures = model::latency_figures(result);
  std::transform(figures.begin(), figures.end(), latency.figures.begin(), microseconds);
  if (std::any_of(figures.begin(), figures.end(), [](const auto& d) { return d.has_value(); }))
    push(latencies_, next_latency_, kLatenciesKept, latency);
}

std::int32_t RecentResults::bin_number(base::MonoTime when, base::Nanoseconds width) const {
  const base::Nanoseconds wall = when.time_since_epoch() + to_wall_;
  const std::int64_t number = wall / width;
  const bool before = wall < base::Nanoseconds::zero() && wall % width != base::Nanoseconds::zero();
  return static_cast<std::int32_t>(before ? number - 1 : number);
}

std::vector<RecentSample> RecentResults::samples() const {
  if (samples_.size() < kSamplesKept) return samples_;
  std::vector<RecentSample> ordered = samples_;
  std::rotate(ordered.begin(), ordered.begin() + static_cast<std::ptrdiff_t>(next_sample_),
              ordered.end());
  return ordered;
}

std::vector<RecentLatency> RecentResults::latencies(model::LatencyFigure figure,
                                                    base::MonoTime now) const {
  std::vector<RecentLatency> found;
  for (const Latency& latency : latencies_) {
    const base::MonoTime finished = *first_ + std::chrono::seconds(latency.seconds);
    const std::uint32_t value = latency.figures[static_cast<std::size_t>(figure)];
    if (value == RecentSample::kAbsent || now - finished > std::chrono::hours(1)) continue;
    found.push_back({finished, value});
  }
  return found;
}

std::optional<RecentQuantiles> RecentResults::quantiles(model::LatencyFigure figure,
                                                        base::MonoTime now) const {
  std::vector<std::uint32_t> values;
  RecentQuantiles found;
  found.oldest = now;
  for (const RecentLatency& latency : latencies(figure, now)) {
    values.push_back(latency.microseconds);
    found.oldest = std::min(found.oldest, latency.finished);
  }
  if (values.empty()) return std::nullopt;
  std::sort(values.begin(), values.end());
  const auto at = [&](double percent) {
    return values[model::nearest_rank(values.size(), percent)];
  };
  found.count = values.size();
  found.p50 = at(50);
  found.p90 = at(90);
  found.p95 = at(95);
  found.p99 = at(99);
  return found;
}

std::vector<AvailabilityBin> RecentResults::day(base::MonoTime now) const {
  return up_to(day_, kDayBins, bin_number(now, kDayBinWidth));
}

std::vector<AvailabilityBin> RecentResults::hour(base::MonoTime now) const {
  return up_to(hour_, kHourBins, bin_number(now, kHourBinWidth));
}

AvailabilitySum RecentResults::over_hour(base::MonoTime now) const {
  return sum_of(hour(now));
}

AvailabilitySum RecentResults::over_day(base::MonoTime now) const {
  return sum_of(day(now));
}

base::MonoTime RecentResults::day_bin_start(std::int32_t number) const {
  return base::MonoTime(number * kDayBinWidth - to_wall_);
}

base::MonoTime RecentResults::hour_bin_start(std::int32_t number) const {
  return base::MonoTime(number * kHourBinWidth - to_wall_);
}

}  // namespace reinfer::record
