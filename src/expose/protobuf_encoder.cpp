#include "expose/protobuf_encoder.h"

#include <limits>

#include "expose/protobuf_wire.h"

namespace reinfer {
namespace {

// Field numbers of metrics.proto.
namespace field {
constexpr std::uint32_t kFamilyName = 1, kFamilyHelp = 2, kFamilyType = 3, kFamilyMetric = 4,
                        kFamilyUnit = 5;
constexpr std::uint32_t kMetricLabel = 1, kMetricGauge = 2, kMetricCounter = 3,
                        kMetricHistogram = 7;
constexpr std::uint32_t kLabelName = 1, kLabelValue = 2;
constexpr std::uint32_t kGaugeValue = 1;
constexpr std::uint32_t kCounterValue = 1, kCounterExemplar = 2, kCounterCreated = 3;
constexpr std::uint32_t kHistogramCount = 1, kHistogramSum = 2, kHistogramBucket = 3,
                        kHistogramSchema = 5, kHistogramZeroThreshold = 6, kHistogramZeroCount = 7,
                        kHistogramSpan = 12, kHistogramDelta = 13, kHistogramCreated = 15;
constexpr std::uint32_t kBucketCount = 1, kBucketEnd = 2, kBucketExemplar = 3;
constexpr std::uint32_t kSpanOffset = 1, kSpanLength = 2;
constexpr std::uint32_t kExemplarLabel = 1, kExemplarValue = 2, kExemplarTime = 3;
constexpr std::uint32_t kTimeSeconds = 1, kTimeNanos = 2;
}  // namespace field

std::uint64_t to_type(FamilyType type) {
  switch (type) {
    case FamilyType::counter:
      return 0;
    case FamilyType::histogram:
      return 4;
    case FamilyType::gauge:
    case FamilyType::info:
      break;
  }
  return 1;
}

void append_label(std::string& to, std::uint32_t in_field, std::string_view name,
                  std::string_view value) {
  append_tag(to, in_field, WireType::length);
  append_varint(to, bytes_size(field::kLabelName, name) + bytes_size(field::kLabelValue, value));
  append_bytes(to, field::kLabelName, name);
  append_bytes(to, field::kLabelValue, value);
}

void append_time(std::string& to, std::uint32_t in_field, WallTime time) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  const auto seconds = static_cast<std::uint64_t>(second.time_since_epoch().count());
  const auto nanos = static_cast<std::uint64_t>((time - second).count());
  append_tag(to, in_field, WireType::length);
  append_varint(to, varint_size(seconds) + varint_size(nanos) + 2);
  append_number(to, field::kTimeSeconds, seconds);
  append_number(to, field::kTimeNanos, nanos);
}

void append_exemplar(std::string& to, std::uint32_t in_field, const Exemplar& exemplar) {
  std::string message;
  std::string id;
  append_uuid(id, exemplar.request_id);
  append_label(message, field::kExemplarLabel, "request_id", id);
  if (exemplar.correlation_id) {
    id.clear();
    append_uuid(id, *exemplar.correlation_id);
    append_label(message, field::kExemplarLabel, "correlation_id", id);
  }
  append_double(message, field::kExemplarValue, exemplar.value);
  append_time(message, field::kExemplarTime, exemplar.at);
  append_bytes(to, in_field, message);
}

}  // namespace

void ProtobufEncoder::begin(const FamilyHead& head) {
  head_ = &head;
  measuring_ = true;
  metrics_bytes_ = 0;
}

void ProtobufEncoder::measured() {
  measuring_ = false;
  if (metrics_bytes_ == 0) return;
  std::string& before = metric_;
  before.clear();
  append_bytes(before, field::kFamilyName, head_->name);
  append_bytes(before, field::kFamilyHelp, head_->help);
  append_number(before, field::kFamilyType, to_type(head_->type));
  // Fields may stand in any order, so the unit need not wait for the metrics.
  const std::string_view unit = unit_of(*head_);
  if (!unit.empty()) append_bytes(before, field::kFamilyUnit, unit);
  append_varint(out_, before.size() + metrics_bytes_);
  out_ += before;
}

void ProtobufEncoder::set_subject(Labels labels, std::optional<WallTime> created) {
  subject_.clear();
  for (const Label& label : labels)
    append_label(subject_, field::kMetricLabel, label.name, label.value);
  created_ = created;
}

void ProtobufEncoder::begin_metric(MoreLabels more) {
  metric_ = subject_;
  for (const Label& label : more)
    append_label(metric_, field::kMetricLabel, label.name, label.value);
  value_.clear();
}

void ProtobufEncoder::end_metric(std::uint32_t in_field) {
  append_bytes(metric_, in_field, value_);
  if (measuring_)
    metrics_bytes_ += bytes_size(field::kFamilyMetric, metric_);
  else
    append_bytes(out_, field::kFamilyMetric, metric_);
}

void ProtobufEncoder::add(MoreLabels more, double value, const Exemplar* exemplar) {
  begin_metric(more);
  if (!measuring_) count_series(1);
  if (head_->type != FamilyType::counter) {
    append_double(value_, field::kGaugeValue, value);
    return end_metric(field::kMetricGauge);
  }
  append_double(value_, field::kCounterValue, value);
  if (exemplar != nullptr) append_exemplar(value_, field::kCounterExemplar, *exemplar);
  if (created_) append_time(value_, field::kCounterCreated, *created_);
  end_metric(field::kMetricCounter);
}

void ProtobufEncoder::add(const Histogram& histogram) {
  begin_metric({});
  write_buckets(histogram, nullptr);
  if (created_) append_time(value_, field::kHistogramCreated, *created_);
  end_metric(field::kMetricHistogram);
}

void ProtobufEncoder::add(const LatencyHistogram& histogram) {
  begin_metric({});
  write_buckets(histogram.classic(), &histogram);
  write_native(histogram.native());
  append_time(value_, field::kHistogramCreated, histogram.created());
  end_metric(field::kMetricHistogram);
  if (!measuring_) count_series(1);
}

void ProtobufEncoder::write_buckets(const Histogram& histogram,
                                    const LatencyHistogram* with_exemplars) {
  append_number(value_, field::kHistogramCount, histogram.count());
  append_double(value_, field::kHistogramSum, histogram.sum());
  std::uint64_t up_to = 0;
  for (std::size_t i = 0; i < histogram.counts().size(); ++i) {
    up_to += histogram.counts()[i];
    part_.clear();
    append_number(part_, field::kBucketCount, up_to);
    append_double(part_, field::kBucketEnd,
                  i < histogram.edges().size() ? histogram.edges()[i]
                                               : std::numeric_limits<double>::infinity());
    if (const Exemplar* e = with_exemplars != nullptr ? with_exemplars->exemplar(i) : nullptr)
      append_exemplar(part_, field::kBucketExemplar, *e);
    append_bytes(value_, field::kHistogramBucket, part_);
  }
  if (!measuring_) count_series(histogram.counts().size() + 2);
}

// Runs of buckets that follow each other are a span; counts are given as what they differ by from
// the one before.
void ProtobufEncoder::write_native(const NativeHistogram& native) {
  append_number(value_, field::kHistogramSchema, zigzag(native.schema()));
  append_double(value_, field::kHistogramZeroThreshold, NativeHistogram::kZeroThreshold);
  append_number(value_, field::kHistogramZeroCount, native.zero_count());
  const auto& buckets = native.buckets();
  const auto write_span = [this](std::int64_t offset, std::uint64_t length) {
    append_tag(value_, field::kHistogramSpan, WireType::length);
    append_varint(value_, varint_size(zigzag(offset)) + varint_size(length) + 2);
    append_number(value_, field::kSpanOffset, zigzag(offset));
    append_number(value_, field::kSpanLength, length);
  };
  // By a span of no length a reader knows it for a native histogram, though it has counted nothing.
  if (buckets.empty()) write_span(0, 0);
  std::int64_t end = 0;  // of the span before
  for (std::size_t i = 0; i < buckets.size();) {
    std::size_t next = i + 1;
    while (next < buckets.size() && buckets[next].index == buckets[next - 1].index + 1)
      ++next;
    write_span(buckets[i].index - end, next - i);
    end = buckets[next - 1].index + std::int64_t{1};
    i = next;
  }
  std::int64_t before = 0;
  for (const NativeHistogram::Bucket& bucket : buckets) {
    append_number(value_, field::kHistogramDelta, zigzag(bucket.count - before));
    before = bucket.count;
  }
}

}  // namespace reinfer
