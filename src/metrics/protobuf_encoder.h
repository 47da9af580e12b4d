// The delimited protobuf format: io.prometheus.client.MetricFamily messages, each after its length
// (io/prometheus/client/metrics.proto of github.com/prometheus/client_model), the only one with
// native histograms. Used through Encoder, by the thread that answers a scrape. protozero writes
// the wire format; no protobuf compiler or run-time library is needed, since only this message is
// written and none is read.
#pragma once

#include <string>

#include "metrics/encoder.h"

namespace reinfer::metrics {

class ProtobufEncoder final : public Encoder {
 public:
  // `out` outlives it.
  explicit ProtobufEncoder(base::Buffer& out) : out_(out) {}

  using Encoder::add;
  void begin(const FamilyHead& head) override;
  // A message says how long it is, and a family of all targets is far too long to keep.
  bool measures_first() const override { return true; }
  void measured() override;
  void set_subject(Labels labels, std::optional<base::WallTime> created) override;
  void add(MoreLabels more, double value, const record::Exemplar* exemplar) override;
  void add(const record::Histogram& histogram) override;
  void add(const record::LatencyHistogram& histogram) override;

 private:
  // protozero takes it for a size that is not known.
  static constexpr std::size_t kUnknownBytes = 0;

  // A Metric's Counter, Gauge or Histogram: its field number, its size, and how many series it is.
  struct MetricShape {
    std::uint32_t value_field;
    std::size_t value_bytes;
    std::size_t series;
  };

  // `value`: puts the fields of the Counter, Gauge or Histogram.
  template <typename Value>
  void add_metric(MoreLabels more, MetricShape shape, const Value& value);

  base::Buffer& out_;
  const FamilyHead* head_ = nullptr;
  bool measuring_ = false;
  // Of the family, as measured.
  std::size_t metrics_bytes_ = 0;
  std::size_t longest_metric_bytes_ = 0;
  base::Buffer subject_;  // labels as fields of a Metric
  std::optional<base::WallTime> created_;
};

}  // namespace reinfer::metrics
