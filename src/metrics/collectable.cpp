#include "metrics/collectable.h"

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <limits>
#include <utility>

#include "metrics/family_walk.h"

namespace reinfer::metrics {
namespace {

prometheus::MetricType type_of(FamilyType type) {
  switch (type) {
    case FamilyType::counter:
      return prometheus::MetricType::Counter;
    case FamilyType::histogram:
      return prometheus::MetricType::Histogram;
    case FamilyType::gauge:
    case FamilyType::info:
      break;
  }
  return prometheus::MetricType::Gauge;
}

// An Encoder that keeps the samples as prometheus-cpp has them.
class FamilyCollector final : public Encoder {
 public:
  using Encoder::add;

  void begin(const FamilyHead& head) override {
    drop_if_empty();
    families_.push_back({std::string(head.name), std::string(head.help), type_of(head.type), {}});
  }

  void set_subject(Labels labels, std::optional<base::WallTime>) override {
    subject_.clear();
    append(labels, subject_);
  }

  void add(MoreLabels more, double value, const record::Exemplar*) override {
    prometheus::ClientMetric& metric = add_metric();
    append({more.begin(), more.size()}, metric.label);
    metric.counter.value = metric.gauge.value = value;
  }

  void add(const record::Histogram& histogram) override {
    auto& to = add_metric().histogram;
    to.sample_count = histogram.count();
    to.sample_sum = histogram.sum();
    std::uint64_t up_to = 0;
    for (std::size_t i = 0; i < histogram.counts().size(); ++i) {
      up_to += histogram.counts()[i];
      to.bucket.push_back({up_to, i < histogram.edges().size()
                                      ? histogram.edges()[i]
                                      : std::numeric_limits<double>::infinity()});
    }
  }

  void add(const record::LatencyHistogram& histogram) override { add(histogram.classic()); }

  std::vector<prometheus::MetricFamily> take() {
    drop_if_empty();
    return std::move(families_);
  }

 private:
  void drop_if_empty() {
    if (!families_.empty() && families_.back().metric.empty()) families_.pop_back();
  }

  static void append(Labels labels, std::vector<prometheus::ClientMetric::Label>& to) {
    for (const Label& label : labels)
      to.push_back({std::string(label.name), std::string(label.value)});
  }

  prometheus::ClientMetric& add_metric() {
    prometheus::ClientMetric& metric = families_.back().metric.emplace_back();
    metric.label = subject_;
    return metric;
  }

  std::vector<prometheus::MetricFamily> families_;
  std::vector<prometheus::ClientMetric::Label> subject_;
};

class SnapshotCollectable final : public prometheus::Collectable {
 public:
  explicit SnapshotCollectable(std::function<record::Snapshot()> take) : take_(std::move(take)) {}

  std::vector<prometheus::MetricFamily> Collect() const override {
    const record::Snapshot snapshot = take_();
    const ProcessStats no_process;
    FamilyWalk walk({snapshot, no_process});
    FamilyCollector collector;
    for (const FamilyTable table :
         {target_families(), objective_families(), tenant_families(), exporter_families()})
      for (const Family& family : table) {
        collector.begin(family.head);
        for (std::size_t i = 0; i < walk.subjects(family); ++i)
          walk.write(family, i, collector);
      }
    return collector.take();
  }

 private:
  const std::function<record::Snapshot()> take_;
};

}  // namespace

std::unique_ptr<prometheus::Collectable> make_collectable(std::function<record::Snapshot()> take) {
  return std::make_unique<SnapshotCollectable>(std::move(take));
}

}  // namespace reinfer::metrics
