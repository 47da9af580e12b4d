#include "sla/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <set>
#include <tuple>

#include "base/text.h"
#include "sla/words.h"

namespace reinfer::sla {
namespace {

constexpr base::Nanoseconds kPiece = std::chrono::hours(24);
constexpr base::Nanoseconds kPieceMin = std::chrono::minutes(15);
constexpr base::Nanoseconds kGaugeStep = std::chrono::minutes(5);
// Each piece begins so much earlier, or what grew between two pieces would be lost; and so much
// more than the month is read, for what began before it and went on after it.
constexpr base::Nanoseconds kMargin = std::chrono::minutes(10);
// What VictoriaMetrics computes nothing for, -search.latencyOffset, is half a minute.
constexpr base::Nanoseconds kUncomputed = std::chrono::minutes(2);
constexpr const char* kEventMetrics = "reinfer_slo_events_total|reinfer_slo_good_events_total";
constexpr const char* kExcludedTotal =
    "reinfer_slo_excluded_events_total";  // of which egress is read
constexpr const char* kStart = "process_start_time_seconds";
constexpr double kStartSecondsMin = 1;  // that make another start
constexpr const char* kResults = "reinfer_probe_results_total";
constexpr const char* kSkippedTotal = "reinfer_probe_skipped_total";

// SeriesLabels of the exporter and of single series, which do not tell one target from another.
constexpr std::array kNotOfTarget = {"__name__", "instance", "pod",   "container",
                                     "slo",      "outcome",  "fault", "reason"};

std::string get(const SeriesLabels& labels, const char* name) {
  const auto found = labels.find(name);
  return found == labels.end() ? "" : found->second;
}

std::string range(base::Nanoseconds length) {
  return fmt::format("[{}ms]", std::chrono::ceil<std::chrono::milliseconds>(length).count());
}

std::string alternatives(const std::set<std::string>& names) {
  // The values of these labels need no escape in a regular expression.
  return base::join({names.begin(), names.end()}, "|");
}

}  // namespace

// The targets of a tenant as their series come in.
class SlaReader::Histories {
 public:
  // Adds a series to the target that its labels name.
  void take(const Series& series) {
    StoredTarget& target = target_of(series.labels);
    const std::string name = get(series.labels, "__name__");
    const std::string slo = get(series.labels, "slo");
    Samples* into = nullptr;
    if (name == "reinfer_slo_events_total")
      into = &target.objectives[slo].events;
    else if (name == "reinfer_slo_good_events_total")
      into = &target.objectives[slo].good;
    else if (name == "reinfer_slo_objective_ratio")
      into = &target.objectives[slo].ratio;
    else if (name == kExcludedTotal)
      into = &target.objectives[slo].egress;
    else if (name == "reinfer_probe_interval_seconds")
      into = &target.interval;
    else if (name == "reinfer_slo_latency_threshold_seconds")
      into = &target.latency_threshold;
    else if (name == "reinfer_slo_counted_fault")
      into = &target.counted[get(series.labels, "fault")];
    else if (name == kResults)
      into = &target.results[get(series.labels, "outcome")];
    else if (name == kSkippedTotal)
      into = &target.skipped[get(series.labels, "reason")];
    if (into != nullptr) append_newer(*into, series.samples);
  }

  std::vector<StoredTarget> targets() && {
    std::vector<StoredTarget> all;
    for (auto& [key, target] : targets_)
      all.push_back(std::move(target));
    return all;
  }

 private:
  StoredTarget& target_of(const SeriesLabels& labels) {
    SeriesLabels own = labels;
    for (const char* name : kNotOfTarget)
      own.erase(name);
    const std::string exporter =
        get(labels, "instance") + '\n' + get(labels, "pod") + '\n' + get(labels, "container");
    StoredTarget& target = targets_[{own, exporter}];
    target.labels = std::move(own);
    target.instance = get(labels, "instance");
    return target;
  }

  std::map<std::pair<SeriesLabels, std::string>, StoredTarget> targets_;
};

SlaReader::SlaReader(Prometheus& prometheus, SlaScope scope,
                     std::function<void(const std::string&)> tell)
    : prometheus_(prometheus),
      scope_(std::move(scope)),
      span_{scope_.month.span.from - kMargin, std::min(scope_.month.span.to + kMargin, scope_.now)},
      tell_(std::move(tell)) {}

std::string SlaReader::selector(const std::string& metric, const std::string& tenant,
                                const std::string& more) const {
  std::string text = fmt::format("{{__name__=~{}", promql_string(metric));
  if (!tenant.empty()) text += fmt::format(",tenant={}", promql_string(tenant));
  if (!scope_.instance.empty()) text += fmt::format(",instance={}", promql_string(scope_.instance));
  return text + more + '}';
}

tl::expected<std::string, std::string> SlaReader::why_nothing() {
  const std::string month =
      fmt::format("{} to {}", sla_time(scope_.month.span.from), sla_time(scope_.month.span.to));
  const auto results = prometheus_.series(selector(kResults, ""), scope_.month.span);
  if (!results) return tl::unexpected(results.error().what);
  if (!results->empty())
    return "has results of probes in the month, but no objectives: they are set in the exporter's "
           "configuration, such as slo = { availability = 99.9 }";
  const auto ever = prometheus_.series(selector(kEventMetrics, ""),
                                       {base::WallTime{} + std::chrono::hours(1), scope_.now});
  if (!ever) return tl::unexpected(ever.error().what);
  if (!ever->empty())
    return fmt::format(
        "has no objectives from {}, though at other times: the exporter was not "
        "scraped then, or it is beyond the retention",
        month);
  return fmt::format("has no series of reinfer_exporter{}: is it the one that scrapes it?",
                     scope_.instance.empty() ? "" : " of the instance " + scope_.instance);
}

tl::expected<std::vector<std::string>, std::string> SlaReader::tenants() {
  const auto series =
      prometheus_.series(selector(kEventMetrics, "", ",tenant!=\"\""), scope_.month.span);
  if (!series) return tl::unexpected(series.error().what);
  std::set<std::string> there;
  for (const SeriesLabels& labels : *series)
    there.insert(get(labels, "tenant"));
  if (there.empty()) {
    const auto why = why_nothing();
    return tl::unexpected(why ? *why : why.error());
  }
  for (const std::string& wanted : scope_.tenants)
    if (!there.contains(wanted))
      return tl::unexpected(
          fmt::format("has no objective of a tenant {} in the month (there are: "
                      "{})",
                      wanted, base::join({there.begin(), there.end()}, ", ")));
  if (scope_.tenants.empty()) return std::vector<std::string>(there.begin(), there.end());
  const std::set<std::string> wanted(scope_.tenants.begin(), scope_.tenants.end());
  return std::vector<std::string>(wanted.begin(), wanted.end());
}

SlaReader::Done SlaReader::read_in_pieces(const TimeSpan& span, const Read& read) {
  const auto done = read(span);
  if (done) return {};
  const base::Nanoseconds half = (span.to - span.from) / 2;
  if (!done.error().too_much || half < kPieceMin) return tl::unexpected(done.error().what);
  const base::WallTime middle = std::chrono::floor<std::chrono::seconds>(span.from + half);
  if (auto first = read_in_pieces({span.from, middle}, read); !first) return first;
  return read_in_pieces({middle, span.to}, read);
}

Prometheus::Answer<bool> SlaReader::read_gauges(const std::string& tenant, const TimeSpan& piece,
                                                Histories& histories) {
  const std::string gauges = selector(
      "reinfer_slo_objective_ratio|reinfer_slo_latency_threshold_seconds|reinfer_slo_counted_fault|"
      "reinfer_probe_interval_seconds",
      tenant);
  // Not all that speak Prometheus' language look back as far for a bare selector.
  const auto on_grid = prometheus_.query_range(
      fmt::format("last_over_time({}{})", gauges, range(kSilenceMax)), piece, kGaugeStep);
  if (!on_grid) return tl::unexpected(on_grid.error());
  // Of a target that has just begun, the end is the only moment; and VictoriaMetrics computes
  // nothing for the last half minute, but tells the samples of it.
  const auto at_end = prometheus_.query(gauges + range(kSilenceMax), piece.to);
  if (!at_end) return tl::unexpected(at_end.error());
  for (const auto* series : {&*on_grid, &*at_end})
    for (const Series& one : *series)
      histories.take(one);
  return true;
}

tl::expected<std::vector<base::WallTime>, std::string> SlaReader::restarts_of(
    const std::string& job, const std::string& instance) {
  std::string selector = fmt::format("{}{{instance={}", kStart, promql_string(instance));
  selector += job.empty() ? "}" : fmt::format(",job={}}}", promql_string(job));
  Samples coarse;
  const auto read = read_in_pieces(span_, [&](const TimeSpan& piece) -> Prometheus::Answer<bool> {
    const auto series = prometheus_.query_range(selector, piece, kGaugeStep);
    if (!series) return tl::unexpected(series.error());
    for (const Series& one : *series)
      append_newer(coarse, one.samples);
    return true;
  });
  if (!read) return tl::unexpected(read.error());
  std::vector<base::WallTime> restarts;
  for (std::size_t i = 1; i < coarse.size(); ++i) {
    double before = coarse[i - 1].value;
    if (std::abs(coarse[i].value - before) <= kStartSecondsMin) continue;
    const auto exact =
        prometheus_.query(selector + range(coarse[i].time - coarse[i - 1].time), coarse[i].time);
    if (!exact) return tl::unexpected(exact.error().what);
    for (const Series& one : *exact)
      for (const Sample& sample : one.samples) {
        if (std::abs(sample.value - before) > kStartSecondsMin) restarts.push_back(sample.time);
        before = sample.value;
      }
  }
  return restarts;
}

SlaReader::Done SlaReader::read_restarts(std::vector<StoredTarget>& targets) {
  for (StoredTarget& target : targets) {
    const std::pair exporter(get(target.labels, "job"), target.instance);
    auto known = restarts_.find(exporter);
    if (known == restarts_.end()) {
      auto restarts = restarts_of(exporter.first, exporter.second);
      if (!restarts) return tl::unexpected(restarts.error());
      known = restarts_.emplace(exporter, std::move(*restarts)).first;
    }
    target.restarts = known->second;
  }
  return {};
}

Prometheus::Answer<std::vector<Series>> SlaReader::changed_series(const std::string& tenant,
                                                                  const TimeSpan& piece) {
  std::vector<Series> all;
  const base::Nanoseconds length = piece.to - piece.from + kMargin;
  // Of those that did not move there are many, and nothing is to be learnt from them.
  std::set<std::string> outcomes = {"ok"};
  std::set<std::string> reasons;
  if (piece.to > scope_.now - kUncomputed) {
    outcomes = reasons = {".+"};
  } else {
    const std::string changed =
        selector(fmt::format("{}|{}", kResults, kSkippedTotal), tenant, ",outcome!=\"ok\"");
    const auto moved =
        prometheus_.query(fmt::format("changes({}{}) > 0", changed, range(length)), piece.to);
    if (!moved) return tl::unexpected(moved.error());
    for (const Series& one : *moved) {
      if (const std::string outcome = get(one.labels, "outcome"); !outcome.empty())
        outcomes.insert(outcome);
      if (const std::string reason = get(one.labels, "reason"); !reason.empty())
        reasons.insert(reason);
    }
  }
  for (const auto& [metric, label, names] :
       {std::tuple(kResults, "outcome", outcomes), std::tuple(kSkippedTotal, "reason", reasons)}) {
    if (names.empty()) continue;
    const std::string more = fmt::format(",{}=~\"{}\"", label, alternatives(names));
    auto series = prometheus_.query(selector(metric, tenant, more) + range(length), piece.to);
    if (!series) return tl::unexpected(series.error());
    std::move(series->begin(), series->end(), std::back_inserter(all));
  }
  return all;
}

Prometheus::Answer<bool> SlaReader::read_counters(const std::string& tenant, const TimeSpan& piece,
                                                  Histories& histories) {
  const auto events = prometheus_.query(
      selector(kEventMetrics, tenant) + range(piece.to - piece.from + kMargin), piece.to);
  if (!events) return tl::unexpected(events.error());
  const auto changed = changed_series(tenant, piece);
  if (!changed) return tl::unexpected(changed.error());
  const auto egress = prometheus_.query(selector(kExcludedTotal, tenant, ",reason=\"egress\"") +
                                            range(piece.to - piece.from + kMargin),
                                        piece.to);
  if (!egress) return tl::unexpected(egress.error());
  for (const auto* part : {&*events, &*changed, &*egress})
    for (const Series& one : *part)
      histories.take(one);
  return true;
}

tl::expected<std::vector<StoredTarget>, std::string> SlaReader::read(const std::string& tenant) {
  Histories histories;
  tell_(tenant + ", its objectives");
  auto done = read_in_pieces(scope_.month.span, [&](const TimeSpan& piece) {
    return read_gauges(tenant, piece, histories);
  });
  if (!done) return tl::unexpected(done.error());
  for (base::WallTime from = span_.from; from < span_.to;) {
    const base::WallTime to = std::min(from + kPiece, span_.to);
    tell_(fmt::format("{}, {}", tenant, sla_time(from).substr(0, 10)));
    done = read_in_pieces(
        {from, to}, [&](const TimeSpan& piece) { return read_counters(tenant, piece, histories); });
    if (!done) return tl::unexpected(done.error());
    from = to;
  }
  std::vector<StoredTarget> targets = std::move(histories).targets();
  if (auto restarts = read_restarts(targets); !restarts) return tl::unexpected(restarts.error());
  return targets;
}

}  // namespace reinfer::sla
