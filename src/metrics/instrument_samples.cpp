#include "metrics/instrument_samples.h"

#include <prometheus/metric_family.h>
#include <prometheus/registry.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/check.h"

namespace reinfer::metrics {
namespace {

FamilyType type_of(prometheus::MetricType type) {
  if (type == prometheus::MetricType::Counter) return FamilyType::counter;
  if (type == prometheus::MetricType::Histogram) return FamilyType::histogram;
  base::check(type == prometheus::MetricType::Gauge, "an instrument's type is one of ours");
  return FamilyType::gauge;
}

// Here each bucket counts only its own interval.
record::Histogram histogram_of(const prometheus::ClientMetric::Histogram& from) {
  std::vector<double> edges;
  std::vector<std::uint64_t> counts;
  std::uint64_t below = 0;
  for (const prometheus::ClientMetric::Bucket& bucket : from.bucket) {
    if (counts.size() + 1 < from.bucket.size()) edges.push_back(bucket.upper_bound);
    counts.push_back(bucket.cumulative_count - std::exchange(below, bucket.cumulative_count));
  }
  return {std::move(edges), std::move(counts), from.sample_sum};
}

InstrumentSample sample_of(const prometheus::ClientMetric& metric, FamilyType type,
                           const std::vector<std::string>& label_names) {
  InstrumentSample sample;
  // prometheus-cpp keeps labels by name.
  for (const std::string& name : label_names)
    for (const auto& label : metric.label)
      if (label.name == name) sample.label_values.push_back(label.value);
  base::check(sample.label_values.size() == label_names.size(), "a sample has its family's labels");
  if (type == FamilyType::histogram)
    sample.histogram = histogram_of(metric.histogram);
  else
    sample.value = type == FamilyType::counter ? metric.counter.value : metric.gauge.value;
  return sample;
}

// prometheus-cpp keeps samples in a hash table.
void sort(std::vector<InstrumentSample>& samples, const std::vector<std::string>& values) {
  const auto place = [&values](const InstrumentSample& sample) {
    return std::find(values.begin(), values.end(), sample.label_values.front());
  };
  std::sort(samples.begin(), samples.end(),
            [&](const InstrumentSample& left, const InstrumentSample& right) {
              return values.empty() ? left.label_values < right.label_values
                                    : place(left) < place(right);
            });
}

}  // namespace

InstrumentSamples collect(const base::Instruments& instruments) {
  std::unordered_map<std::string, prometheus::MetricFamily> collected;
  for (prometheus::MetricFamily& family : instruments.registry().Collect())
    collected.emplace(family.name, std::move(family));
  InstrumentSamples families;
  // Asked for after the families, so that each of them has its shape.
  for (base::InstrumentShape& shape : instruments.shapes()) {
    const auto found = collected.find(shape.name);
    if (found == collected.end()) continue;
    InstrumentFamily family{std::move(shape.name),
                            found->second.help,
                            type_of(found->second.type),
                            std::move(shape.label_names),
                            {}};
    for (const prometheus::ClientMetric& metric : found->second.metric)
      family.samples.push_back(sample_of(metric, family.type, family.label_names));
    sort(family.samples, shape.values);
    if (!family.samples.empty()) families.push_back(std::move(family));
  }
  return families;
}

}  // namespace reinfer::metrics
