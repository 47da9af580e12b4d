#include "metrics/protobuf_encoder.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <type_traits>

#include "metrics/protobuf_wire.h"

namespace reinfer::metrics {
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

std::int32_t to_type(FamilyType type) {
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

// A field with a tag of one byte, as all of them have that are measured here. Without a loop,
// unlike protozero's length_of_varint(): there are many of them.
std::size_t size_of_number(std::uint64_t value) {
  return 1 + static_cast<std::size_t>(std::bit_width(value | 1) + 6) / 7;
}

std::size_t size_of_bytes(std::size_t count) {
  return size_of_number(count) + count;
}

constexpr std::size_t kDoubleBytes = 1 + sizeof(double);

struct Timestamp {
  std::uint64_t seconds;
  std::uint64_t nanos;
};

Timestamp to_timestamp(base::WallTime time) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  return {static_cast<std::uint64_t>(second.time_since_epoch().count()),
          static_cast<std::uint64_t>((time - second).count())};
}

std::size_t size_of(const Timestamp& at) {
  return size_of_number(at.seconds) + size_of_number(at.nanos);
}

std::size_t size_of_label(std::string_view name, std::string_view value) {
  return size_of_bytes(name.size()) + size_of_bytes(value.size());
}

// A message that says how long it is need not be moved once it is written. That is known of the
// smallest ones without counting; all field numbers in them are below 16, so a tag takes a byte.
template <typename Wire>
void put_label(Wire& wire, std::uint32_t in_field, std::string_view name, std::string_view value) {
  Wire in(wire, in_field, size_of_label(name, value));
  in.add_string(field::kLabelName, name.data(), name.size());
  in.add_string(field::kLabelValue, value.data(), value.size());
}

template <typename Wire>
void put_time(Wire& wire, std::uint32_t in_field, base::WallTime time) {
  const Timestamp at = to_timestamp(time);
  Wire in(wire, in_field, size_of(at));
  in.add_uint64(field::kTimeSeconds, at.seconds);
  in.add_uint64(field::kTimeNanos, at.nanos);
}

template <typename Wire>
void put_uuid(Wire& wire, std::string_view name, const base::Uuid& uuid) {
  // To be counted, any text of its length will do.
  base::UuidText text;
  if constexpr (std::is_same_v<Wire, WireWriter<WireBytes>>) text = base::to_text(uuid);
  put_label(wire, field::kExemplarLabel, name, std::string_view(text));
}

template <typename Wire>
void put_exemplar(Wire& wire, std::uint32_t in_field, const record::Exemplar& exemplar) {
  Wire in(wire, in_field);
  put_uuid(in, "request_id", exemplar.request_id);
  if (exemplar.correlation_id) put_uuid(in, "correlation_id", *exemplar.correlation_id);
  in.add_double(field::kExemplarValue, exemplar.value);
  put_time(in, field::kExemplarTime, exemplar.at);
}

// `exemplar`: of this bucket, may be null.
template <typename Wire>
void put_bucket(Wire& wire, std::uint64_t up_to, double edge, const record::Exemplar* exemplar) {
  Wire in(wire, field::kHistogramBucket,
          exemplar == nullptr ? size_of_number(up_to) + kDoubleBytes : 0);
  in.add_uint64(field::kBucketCount, up_to);
  in.add_double(field::kBucketEnd, edge);
  if (exemplar != nullptr) put_exemplar(in, field::kBucketExemplar, *exemplar);
}

// `exemplars`: of the same buckets, may be null.
template <typename Wire>
void put_buckets(Wire& wire, const record::Histogram& histogram,
                 const record::LatencyHistogram* exemplars) {
  wire.add_uint64(field::kHistogramCount, histogram.count());
  wire.add_double(field::kHistogramSum, histogram.sum());
  std::uint64_t up_to = 0;
  for (std::size_t i = 0; i < histogram.counts().size(); ++i) {
    up_to += histogram.counts()[i];
    const double edge = i < histogram.edges().size() ? histogram.edges()[i]
                                                     : std::numeric_limits<double>::infinity();
    put_bucket(wire, up_to, edge, exemplars != nullptr ? exemplars->exemplar(i) : nullptr);
  }
}

template <typename Wire>
void put_span(Wire& wire, std::int32_t offset, std::uint32_t length) {
  Wire in(wire, field::kHistogramSpan,
          size_of_number(protozero::encode_zigzag32(offset)) + size_of_number(length));
  in.add_sint32(field::kSpanOffset, offset);
  in.add_uint32(field::kSpanLength, length);
}

// Buckets that follow each other are a span; each count is given as its difference from the one
// before.
template <typename Wire>
void put_native(Wire& wire, const record::NativeHistogram& native) {
  wire.add_sint32(field::kHistogramSchema, native.schema());
  wire.add_double(field::kHistogramZeroThreshold, record::NativeHistogram::kZeroThreshold);
  wire.add_uint64(field::kHistogramZeroCount, native.zero_count());
  const auto& buckets = native.buckets();
  // A reader knows a native histogram that has counted nothing by a span of no length.
  if (buckets.empty()) put_span(wire, 0, 0);
  std::int32_t end = 0;  // of the span before
  for (std::size_t i = 0; i < buckets.size();) {
    std::size_t next = i + 1;
    while (next < buckets.size() && buckets[next].index == buckets[next - 1].index + 1)
      ++next;
    put_span(wire, buckets[i].index - end, static_cast<std::uint32_t>(next - i));
    end = buckets[next - 1].index + 1;
    i = next;
  }
  std::int64_t before = 0;
  for (const record::NativeHistogram::Bucket& bucket : buckets) {
    wire.add_sint64(field::kHistogramDelta, bucket.count - before);
    before = bucket.count;
  }
}

}  // namespace

void ProtobufEncoder::begin(const FamilyHead& head) {
  head_ = &head;
  measuring_ = true;
  metrics_bytes_ = longest_metric_bytes_ = 0;
}

void ProtobufEncoder::measured() {
  measuring_ = false;
  if (metrics_bytes_ == 0) return;
  const auto head = [this](auto& wire) {
    wire.add_string(field::kFamilyName, head_->name.data(), head_->name.size());
    wire.add_string(field::kFamilyHelp, head_->help.data(), head_->help.size());
    wire.add_enum(field::kFamilyType, to_type(head_->type));
    // Fields may stand in any order, so the unit need not wait for the metrics.
    const std::string_view unit = unit_of(*head_);
    if (!unit.empty()) wire.add_string(field::kFamilyUnit, unit.data(), unit.size());
  };
  std::array<char, protozero::max_varint_length> length;
  const int length_bytes =
      protozero::add_varint_to_buffer(length.data(), wire_size(head) + metrics_bytes_);
  out_.append(length.data(), length.data() + length_bytes);
  append_wire(out_, head);
}

void ProtobufEncoder::set_subject(Labels labels, std::optional<base::WallTime> created) {
  subject_.clear();
  append_wire(subject_, [&](auto& wire) {
    for (const Label& label : labels)
      put_label(wire, field::kMetricLabel, label.name, label.value);
  });
  created_ = created;
}

template <typename Value>
void ProtobufEncoder::add_metric(MoreLabels more, MetricShape shape, const Value& value) {
  std::size_t metric_bytes = 0;
  if (shape.value_bytes != kUnknownBytes) {
    metric_bytes = subject_.size() + size_of_bytes(shape.value_bytes);
    for (const Label& label : more)
      metric_bytes += size_of_bytes(size_of_label(label.name, label.value));
  }
  const auto metric = [&]<typename Wire>(WireWriter<Wire>& wire) {
    WireWriter<Wire> in(wire, field::kFamilyMetric, metric_bytes);
    in.append_fields(base::to_view(subject_));
    for (const Label& label : more)
      put_label(in, field::kMetricLabel, label.name, label.value);
    WireWriter<Wire> fields(in, shape.value_field, shape.value_bytes);
    value(fields);
  };
  if (measuring_) {
    const std::size_t bytes = metric_bytes > 0 ? size_of_bytes(metric_bytes) : wire_size(metric);
    metrics_bytes_ += bytes;
    longest_metric_bytes_ = std::max(longest_metric_bytes_, bytes);
  } else {
    append_wire(out_, longest_metric_bytes_, metric);
    count_series(shape.series);
  }
}

void ProtobufEncoder::add(MoreLabels more, double value, const record::Exemplar* exemplar) {
  if (head_->type != FamilyType::counter)
    return add_metric(more, {field::kMetricGauge, kDoubleBytes, 1},
                      [&](auto& wire) { wire.add_double(field::kGaugeValue, value); });
  std::size_t bytes = kDoubleBytes;
  if (created_) bytes += size_of_bytes(size_of(to_timestamp(*created_)));
  if (exemplar != nullptr) bytes = kUnknownBytes;
  add_metric(more, {field::kMetricCounter, bytes, 1}, [&](auto& wire) {
    wire.add_double(field::kCounterValue, value);
    if (exemplar != nullptr) put_exemplar(wire, field::kCounterExemplar, *exemplar);
    if (created_) put_time(wire, field::kCounterCreated, *created_);
  });
}

void ProtobufEncoder::add(const record::Histogram& histogram) {
  const std::size_t series = histogram.counts().size() + 2;
  add_metric({}, {field::kMetricHistogram, kUnknownBytes, series}, [&](auto& wire) {
    put_buckets(wire, histogram, nullptr);
    if (created_) put_time(wire, field::kHistogramCreated, *created_);
  });
}

void ProtobufEncoder::add(const record::LatencyHistogram& histogram) {
  // The native histogram is one more.
  const std::size_t series = histogram.counts().size() + 3;
  add_metric({}, {field::kMetricHistogram, kUnknownBytes, series}, [&](auto& wire) {
    put_buckets(wire, histogram.classic(), &histogram);
    put_native(wire, histogram.native());
    put_time(wire, field::kHistogramCreated, histogram.created());
  });
}

}  // namespace reinfer::metrics
