#include "config/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/duration.h"
#include "config/prove_slo.h"

namespace reinfer::config {
namespace {

using namespace std::chrono_literals;

constexpr base::Nanoseconds kIntervalBuiltIn = 30s;
constexpr base::Nanoseconds kTimeoutBuiltIn = 10s;
constexpr base::Nanoseconds kStageTimeoutBuiltIn = 5s;
constexpr std::int64_t kBodyBytesMaxBuiltIn = 1024 * 1024;
// Most replies take 50 ms to 2.5 s: there no edge is more than 1.5 times the one before, since a
// quantile may be off by as much as two edges are apart.
constexpr std::array<base::Nanoseconds, 19> kBucketsBuiltIn = {
    5ms,   10ms,  25ms, 50ms,   75ms, 100ms,  150ms, 200ms, 250ms, 375ms,
    500ms, 750ms, 1s,   1500ms, 2s,   2500ms, 5s,    10s,   30s};

enum class Level { built_in, defaults, tenant, probe };

std::string_view describe(Level level) {
  constexpr std::array<std::string_view, 4> kWords = {"built in", "from [defaults]",
                                                      "of the tenant", "of the probe"};
  return kWords.at(static_cast<std::size_t>(level));
}

// The setting that counts. Without a value: it was written wrongly.
template <class T>
struct Effective {
  std::optional<T> value;
  Level level = Level::built_in;
  const Setting<T>* written = nullptr;  // nullptr: nowhere
};

template <class T>
Effective<T> nearest(const SettingLevels& levels, Setting<T> ProbeSettings::*setting, T built_in) {
  const Setting<T>& probe = levels.probe.*setting;
  const Setting<T>& tenant = levels.tenant.*setting;
  const Setting<T>& defaults = levels.defaults.*setting;
  if (probe.written) return {probe.value, Level::probe, &probe};
  if (tenant.written) return {tenant.value, Level::tenant, &tenant};
  if (defaults.written) return {defaults.value, Level::defaults, &defaults};
  return {built_in, Level::built_in, nullptr};
}

using Span = Effective<base::Nanoseconds>;

void check_timeout(const Span& timeout, const Span& interval, base::ProblemList& problems) {
  if (!timeout.value || !interval.value || *timeout.value <= *interval.value) return;
  const std::string t = base::format_duration(*timeout.value);
  const std::string i = base::format_duration(*interval.value);
  if (timeout.written && timeout.level >= interval.level)
    problems.add(timeout.written->place, timeout.written->key,
                 fmt::format("is {}, longer than the interval of {} ({}), allowed: at most the "
                             "interval",
                             t, i, describe(interval.level)));
  else if (interval.written)
    problems.add(interval.written->place, interval.written->key,
                 fmt::format("is {}, shorter than the timeout of {} ({}), allowed: at least the "
                             "timeout, so set a shorter timeout here as well",
                             i, t, describe(timeout.level)));
}

void check_stage(const Span& stage, const Span& timeout, base::ProblemList& problems) {
  // A shorter timeout nearer to the probe simply caps the stages set farther away.
  const bool caps = timeout.level > stage.level;
  if (!stage.written || !stage.value || !timeout.value || caps || *stage.value <= *timeout.value)
    return;
  problems.add(stage.written->place, stage.written->key,
               fmt::format("is {}, longer than the whole timeout of {} ({}), allowed: at most the "
                           "timeout",
                           base::format_duration(*stage.value),
                           base::format_duration(*timeout.value), describe(timeout.level)));
}

void check_floor(const Span& interval, const IntervalFloor& floor, base::ProblemList& problems) {
  if (!interval.value || *interval.value >= floor.interval_min) return;
  const std::string allowed = base::format_duration(floor.interval_min);
  if (interval.level == Level::probe)
    problems.add(interval.written->place, interval.written->key,
                 fmt::format("is {}, too often for {}, allowed: at least {}",
                             base::format_duration(*interval.value), floor.what, allowed));
  else
    problems.add(floor.place, floor.key,
                 fmt::format("{} would run every {} ({}), which is too often, allowed: "
                             "interval = \"{}\" or longer in this probe",
                             floor.what, base::format_duration(*interval.value),
                             describe(interval.level), allowed));
}

std::optional<model::Objectives> prove_objectives(const Effective<SloConfig>& slo,
                                                  const Span& timeout,
                                                  base::ProblemList& problems) {
  if (!slo.written) return model::Objectives{};
  if (!slo.value || !timeout.value) return std::nullopt;
  return prove_slo(*slo.value, *slo.written, {*timeout.value, describe(timeout.level)}, problems);
}

}  // namespace

std::optional<ProvenSettings> prove_settings(const SettingLevels& levels,
                                             const IntervalFloor& floor,
                                             base::ProblemList& problems) {
  const auto interval = nearest(levels, &ProbeSettings::interval, kIntervalBuiltIn);
  const auto timeout = nearest(levels, &ProbeSettings::timeout, kTimeoutBuiltIn);
  const auto resolve = nearest(levels, &ProbeSettings::resolve_timeout, kStageTimeoutBuiltIn);
  const auto connect = nearest(levels, &ProbeSettings::connect_timeout, kStageTimeoutBuiltIn);
  const auto tls = nearest(levels, &ProbeSettings::tls_timeout, kStageTimeoutBuiltIn);
  const auto connection = nearest(levels, &ProbeSettings::connection, model::ConnectionMode::fresh);
  const auto body_bytes_max = nearest(levels, &ProbeSettings::body_bytes_max, kBodyBytesMaxBuiltIn);
  const auto buckets =
      nearest(levels, &ProbeSettings::buckets,
              std::vector<base::Nanoseconds>(kBucketsBuiltIn.begin(), kBucketsBuiltIn.end()));

  check_timeout(timeout, interval, problems);
  for (const Span* stage : {&resolve, &connect, &tls})
    check_stage(*stage, timeout, problems);
  check_floor(interval, floor, problems);

  const auto slo = nearest(levels, &ProbeSettings::slo, SloConfig{});
  const auto objectives = prove_objectives(slo, timeout, problems);

  const bool complete = objectives && interval.value && timeout.value && resolve.value &&
                        connect.value && tls.value && connection.value && body_bytes_max.value &&
                        buckets.value;
  if (!complete) return std::nullopt;
  ProvenSettings proven;
  proven.interval = *interval.value;
  proven.deadlines = {.total = *timeout.value,
                      .resolve = std::min(*resolve.value, *timeout.value),
                      .connect = std::min(*connect.value, *timeout.value),
                      .tls = std::min(*tls.value, *timeout.value)};
  proven.connection = *connection.value;
  proven.body_bytes_max = static_cast<std::size_t>(*body_bytes_max.value);
  for (const base::Nanoseconds edge : *buckets.value)
    proven.buckets.push_back(base::to_seconds(edge));
  proven.objectives = *objectives;
  add_latency_edge(proven.objectives, proven.buckets);
  return proven;
}

}  // namespace reinfer::config
