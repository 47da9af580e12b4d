// The last day of a target, for the page: how many probes were good in each quarter of an hour, the
// last probes with their phases, the latencies of the last hour. Kept in a few kilobytes, with hard
// limits, as part of the evidence (record/evidence.h), guarded by the ledger's mutex; readers get a
// copy. Everything is ordered by monotonic time, so a step of the wall clock moves nothing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "model/figures.h"

namespace reinfer::record {

// Results in one stretch of time, by how they count for availability; more than 65,535 of a kind
// count as that many.
struct AvailabilityBin {
  std::uint16_t good = 0;
  std::uint16_t bad = 0;
  std::uint16_t excluded = 0;
  std::uint16_t missed = 0;  // slots that the exporter itself failed to probe
  // Of the last bad failure, or of the last excluded one if none was bad.
  model::Fault worst = model::Fault::none;
  std::int32_t number = INT32_MIN;  // the stretch, counted in its width; INT32_MIN: never used
  bool operator==(const AvailabilityBin&) const = default;
};

struct AvailabilitySum {
  std::uint64_t good = 0;
  std::uint64_t bad = 0;
  std::uint64_t excluded = 0;
  std::uint64_t missed = 0;

  // Absent where nothing counted.
  std::optional<double> ratio() const;
  bool operator==(const AvailabilitySum&) const = default;
};

// One probe in 48 bytes. Durations are whole microseconds, at most 71 minutes; kAbsent where the
// phase did not take place.
struct RecentSample {
  static constexpr std::uint32_t kAbsent = UINT32_MAX;

  base::MonoTime finished;
  std::uint32_t resolve = kAbsent;
  std::uint32_t connect = kAbsent;
  std::uint32_t tls = kAbsent;
  std::uint32_t send = kAbsent;
  std::uint32_t wait = kAbsent;
  std::uint32_t receive = kAbsent;
  std::uint32_t total = kAbsent;
  std::uint32_t server = kAbsent;  // the platform's own share of `wait`
  std::uint16_t http_status = 0;   // 0: no reply
  model::Outcome outcome = model::Outcome::monitor_error;
  bool operator==(const RecentSample&) const = default;
};

// Each is a latency that was measured (model::nearest_rank).
struct RecentQuantiles {
  std::size_t count = 0;
  std::uint32_t p50 = 0;  // microseconds
  std::uint32_t p90 = 0;
  std::uint32_t p95 = 0;
  std::uint32_t p99 = 0;
  base::MonoTime oldest{};
  bool operator==(const RecentQuantiles&) const = default;
};

struct RecentLatency {
  base::MonoTime finished;  // to the second
  std::uint32_t microseconds = 0;
  bool operator==(const RecentLatency&) const = default;
};

class RecentResults {
 public:
  static constexpr std::size_t kSamplesKept = 60;
  // An hour of one probe every 30 s.
  static constexpr std::size_t kLatenciesKept = 120;
  static constexpr base::Nanoseconds kDayBinWidth = std::chrono::minutes(15);
  static constexpr std::size_t kDayBins = 96;
  static constexpr base::Nanoseconds kHourBinWidth = std::chrono::minutes(5);
  static constexpr std::size_t kHourBins = 12;

  // Results arrive in the order in which they finished. `missed`: slots before this one that the
  // monitor failed to probe; `excluded`: whether maintenance takes the result out of availability.
  void note(const model::ProbeResult& result, std::uint64_t missed = 0, bool excluded = false);

  // Stretches of the day before `now` as an earlier process counted them, oldest first.
  // REQUIRES: nothing was noted yet.
  void restore_day(const std::vector<AvailabilityBin>& bins, base::Instant now);

  // Oldest first.
  std::vector<RecentSample> samples() const;
  // Of the probes that finished in the hour before `now` and have the figure, among the last
  // kLatenciesKept that have any.
  std::optional<RecentQuantiles> quantiles(model::LatencyFigure figure, base::MonoTime now) const;

  // The samples behind quantiles().
  std::vector<RecentLatency> latencies(model::LatencyFigure figure, base::MonoTime now) const;

  // The stretches of the hour or the day before `now`, oldest first, the present one last; those
  // without a result are all zeros. Their edges are round in wall time as it read at
  // the first result. The sums cover these, so up to one width less than an hour or a day.
  std::vector<AvailabilityBin> day(base::MonoTime now) const;
  std::vector<AvailabilityBin> hour(base::MonoTime now) const;
  AvailabilitySum over_hour(base::MonoTime now) const;
  AvailabilitySum over_day(base::MonoTime now) const;
  // When the stretch of `number` among day()'s or hour()'s begins.
  base::MonoTime day_bin_start(std::int32_t number) const;
  base::MonoTime hour_bin_start(std::int32_t number) const;
  // The first result that is remembered in some form; absent before it.
  std::optional<base::MonoTime> first() const { return first_; }
  // The first that was noted. A restored day knows no hour, so over_hour() begins here at the
  // earliest.
  std::optional<base::MonoTime> first_noted() const { return first_noted_; }

 private:
  struct Latency {
    std::uint32_t seconds;                                          // after first_
    std::array<std::uint32_t, model::kLatencyFigureCount> figures;  // microseconds or kAbsent
  };

  void begin(base::Instant first);
  std::int32_t bin_number(base::MonoTime when, base::Nanoseconds width) const;

  std::optional<base::MonoTime> first_;
  std::optional<base::MonoTime> first_noted_;
  base::Nanoseconds to_wall_{};  // from monotonic to wall time, as of the first result
  std::vector<AvailabilityBin> day_;
  std::vector<AvailabilityBin> hour_;
  std::vector<RecentSample> samples_;  // a ring once full
  std::vector<Latency> latencies_;     // a ring once full
  std::size_t next_sample_ = 0;
  std::size_t next_latency_ = 0;
};

}  // namespace reinfer::record
