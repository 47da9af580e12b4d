#include "sla/history_series.h"

#include <algorithm>

#include "model/objective.h"

namespace reinfer::sla {
namespace {

constexpr base::Nanoseconds kMargin = std::chrono::minutes(10);
constexpr base::Nanoseconds kSettled = std::chrono::seconds(10);
constexpr const char* kInstance = "history";  // there is one exporter

// A moment at which the counters are read, and the slices that count by then.
enum class Reach : std::uint8_t {
  over,   // those that are over: the present one belongs to the time afterwards
  begun,  // those that began before
  last,   // all up to the present one, as work ends here
};
struct Moment {
  base::WallTime time;
  Reach reach = Reach::begun;
  const history::Setting* setting = nullptr;  // that the target is held to
};

bool counts(const history::CountedSlice& slice, const Moment& moment) {
  switch (moment.reach) {
    case Reach::over:
      return slice.begin + history::kSlice <= moment.time;
    case Reach::begun:
      return slice.begin < moment.time;
    case Reach::last:
      break;
  }
  return slice.begin <= moment.time;
}

base::WallTime slice_end(base::WallTime time) {
  const base::Nanoseconds width = history::kSlice;
  const base::Nanoseconds into = time.time_since_epoch() % width;
  return time - into + width;
}

// The moments of one stretch of work, at least its two ends.
void add_moments(const TimeSpan& work, const history::Setting& setting,
                 std::vector<Moment>& moments) {
  if (work.from >= work.to) return;
  moments.push_back({work.from, Reach::over, &setting});
  for (base::WallTime at = slice_end(work.from); at < work.to; at += history::kSlice)
    moments.push_back({at, Reach::begun, &setting});
  moments.push_back({work.to, Reach::last, &setting});
}

bool is_configured(const history::Setting& setting) {
  return setting.interval > base::Nanoseconds{0};
}

// When the target was configured and the exporter at work, within the span.
std::vector<Moment> moments_of(const history::CountedTarget& target,
                               const std::vector<history::Run>& runs, const TimeSpan& span) {
  std::vector<Moment> moments;
  for (const history::Run& run : runs)
    for (auto setting = target.settings.begin(); setting != target.settings.end(); ++setting) {
      if (!is_configured(*setting)) continue;
      // A run begins with its first result, a moment before its settings are written.
      const bool from_start =
          setting == target.settings.begin() && setting->since - run.from < kSettled;
      const base::WallTime since = from_start ? run.from : setting->since;
      const auto after = std::next(setting);
      const base::WallTime until = after == target.settings.end() ? span.to : after->since;
      add_moments({std::max({run.from, since, span.from}), std::min({run.to, until, span.to})},
                  *setting, moments);
    }
  return moments;
}

class Writer {
 public:
  explicit Writer(StoredTarget& target) : target_(target) {}

  void gauges(const history::Setting& setting, base::WallTime time) {
    put(target_.interval, time, base::to_seconds(setting.interval));
    if (setting.availability) {
      put(target_.objectives[name(model::Objective::availability)].ratio, time,
          *setting.availability);
      for (std::size_t i = 0; i < setting.counts.size(); ++i)
        put(target_.counted[std::string(to_label(model::kCountableFaults[i]))], time,
            setting.counts[i] ? 1 : 0);
    }
    if (setting.latency) {
      put(target_.objectives[name(model::Objective::latency)].ratio, time, *setting.latency);
      put(target_.latency_threshold, time, base::to_seconds(setting.threshold));
    }
  }

  void counters(const history::SliceCounts& counts, const history::Setting& setting,
                base::WallTime time) {
    for (std::size_t i = 0; i < counts.objectives.size(); ++i) {
      const auto objective = static_cast<model::Objective>(i);
      const bool there = objective == model::Objective::availability
                             ? setting.availability.has_value()
                             : setting.latency.has_value();
      if (!there) continue;
      StoredObjective& stored = target_.objectives[name(objective)];
      const auto& own = counts.objectives[i];
      put(stored.events, time, static_cast<double>(own.good + own.bad));
      put(stored.good, time, static_cast<double>(own.good));
      put(stored.egress, time, static_cast<double>(own.egress));
    }
    for (const model::Outcome outcome : model::all_outcomes())
      put(target_.results[std::string(to_label(outcome))], time,
          static_cast<double>(counts.results[static_cast<std::size_t>(outcome)]));
    for (std::size_t i = 0; i < counts.skipped.size(); ++i)
      put(target_.skipped[std::string(to_label(static_cast<model::SkipReason>(i)))], time,
          static_cast<double>(counts.skipped[i]));
  }

  // Counters that stood still say nothing.
  void leave_out_zeros() {
    for (auto* counters : {&target_.results, &target_.skipped})
      std::erase_if(*counters, [](const auto& named) {
        return named.second.empty() || named.second.back().value <= 0;
      });
  }

 private:
  static std::string name(model::Objective objective) { return std::string(to_label(objective)); }
  static void put(Samples& samples, base::WallTime time, double value) {
    if (samples.empty() || samples.back().time < time) samples.push_back({time, value});
  }

  StoredTarget& target_;
};

void write_samples(const history::CountedTarget& target, const std::vector<Moment>& moments,
                   StoredTarget& stored) {
  Writer writer(stored);
  history::SliceCounts sum;
  auto next = target.slices.begin();
  for (const Moment& moment : moments) {
    for (; next != target.slices.end() && counts(*next, moment); ++next)
      sum.add(next->counts);
    writer.gauges(*moment.setting, moment.time);
    writer.counters(sum, *moment.setting, moment.time);
  }
  writer.leave_out_zeros();
}

}  // namespace

// The present month ends with a whole second, and the slice that is not over has its sample at the
// end of the span: a fraction later it would belong to no month.
TimeSpan history_span(const TimeSpan& month, base::WallTime now) {
  const base::WallTime whole(std::chrono::floor<std::chrono::seconds>(now));
  return {month.from - kMargin, std::min(month.to + kMargin, whole)};
}

std::vector<StoredTarget> stored_targets(const std::string& tenant, const history::Counted& counted,
                                         const TimeSpan& span) {
  std::vector<StoredTarget> targets;
  if (!counted.kept_from && counted.targets.empty()) return targets;
  const TimeSpan kept{std::max(span.from, counted.kept_from.value_or(span.from)), span.to};
  for (const history::CountedTarget& target : counted.targets) {
    const std::vector<Moment> moments = moments_of(target, counted.runs, kept);
    if (moments.empty()) continue;
    StoredTarget stored;
    stored.labels = moments.back().setting->labels;
    stored.labels["tenant"] = tenant;
    stored.labels["probe"] = target.probe;
    stored.instance = kInstance;
    write_samples(target, moments, stored);
    targets.push_back(std::move(stored));
  }
  return targets;
}

}  // namespace reinfer::sla
