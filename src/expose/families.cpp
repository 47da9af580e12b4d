#include "expose/families.h"

#include <limits>

#include "base/check.h"

namespace reinfer {

using prometheus::ClientMetric;
using prometheus::MetricType;

Labels with(Labels labels, std::string_view name, std::string_view value) {
  labels.push_back({std::string(name), std::string(value)});
  return labels;
}

Family::Family(std::string_view name, std::string_view help, MetricType type) {
  check(help.find_first_of("\n\\") == std::string_view::npos, "a help text needs no escaping");
  family_.name = name;
  family_.help = help;
  family_.type = type;
}

Family Family::counter(std::string_view name, std::string_view help) {
  return {name, help, MetricType::Counter};
}
Family Family::gauge(std::string_view name, std::string_view help) {
  return {name, help, MetricType::Gauge};
}
Family Family::histogram(std::string_view name, std::string_view help) {
  return {name, help, MetricType::Histogram};
}

void Family::add(Labels labels, double value) {
  ClientMetric metric;
  metric.label = std::move(labels);
  if (family_.type == MetricType::Counter)
    metric.counter.value = value;
  else
    metric.gauge.value = value;
  family_.metric.push_back(std::move(metric));
}

void Family::add(Labels labels, const Histogram& histogram) {
  ClientMetric metric;
  metric.label = std::move(labels);
  metric.histogram.sample_count = histogram.count();
  metric.histogram.sample_sum = histogram.sum();
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i < histogram.counts().size(); ++i) {
    cumulative += histogram.counts()[i];
    const bool last = i == histogram.edges().size();
    metric.histogram.bucket.push_back(
        {cumulative, last ? std::numeric_limits<double>::infinity() : histogram.edges()[i]});
  }
  family_.metric.push_back(std::move(metric));
}

std::size_t count_series(const Families& families) {
  std::size_t series = 0;
  for (const auto& family : families)
    for (const ClientMetric& metric : family.metric)
      series += family.type == MetricType::Histogram ? metric.histogram.bucket.size() + 2 : 1;
  return series;
}

}  // namespace reinfer
