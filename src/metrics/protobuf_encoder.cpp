#include "metrics/protobuf_encoder.h"

#include <algorithm>
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

template <typename Wire>
void put_label(Wire& wire, std::uint32_t in_field, std::string_view name, std::string_view value) {
  put_message(wire, in_field, [&](auto& in) {
    put_bytes(in, field::kLabelName, name);
    put_bytes(in, field::kLabelValue, value);
  });
}

template <typename Wire>
void put_time(Wire& wire, std::uint32_t in_field, base::WallTime time) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  put_message(wire, in_field, [&](auto& in) {
    put_number(in, field::kTimeSeconds,
               static_cast<std::uint64_t>(second.time_since_epoch().count()));
    put_number(in, field::kTimeNanos, static_cast<std::uint64_t>((time - second).count()));
  });
}

template <typename Wire>
void put_uuid(Wire& wire, std::string_view name, const base::Uuid& uuid) {
  // To be counted, any text of its length will do.
  base::UuidText text;
  if constexpr (std::is_same_v<Wire, WireBytes>) text = base::to_text(uuid);
  put_label(wire, field::kExemplarLabel, name, std::string_view(text));
}

template <typename Wire>
void put_exemplar(Wire& wire, std::uint32_t in_field, const record::Exemplar& exemplar) {
  put_message(wire, in_field, [&](auto& in) {
    put_uuid(in, "request_id", exemplar.request_id);
    if (exemplar.correlation_id) put_uuid(in, "correlation_id", *exemplar.correlation_id);
    put_double(in, field::kExemplarValue, exemplar.value);
    put_time(in, field::kExemplarTime, exemplar.at);
  });
}

// `exemplars`: of the same buckets, may be null.
template <typename Wire>
void put_buckets(Wire& wire, const record::Histogram& histogram,
                 const record::LatencyHistogram* exemplars) {
  put_number(wire, field::kHistogramCount, histogram.count());
  put_double(wire, field::kHistogramSum, histogram.sum());
  std::uint64_t up_to = 0;
  for (std::size_t i = 0; i < histogram.counts().size(); ++i) {
    up_to += histogram.counts()[i];
    const double edge = i < histogram.edges().size() ? histogram.edges()[i]
                                                     : std::numeric_limits<double>::infinity();
    const record::Exemplar* exemplar = exemplars != nullptr ? exemplars->exemplar(i) : nullptr;
    put_message(wire, field::kHistogramBucket, [&](auto& in) {
      put_number(in, field::kBucketCount, up_to);
      put_double(in, field::kBucketEnd, edge);
      if (exemplar != nullptr) put_exemplar(in, field::kBucketExemplar, *exemplar);
    });
  }
}

template <typename Wire>
void put_span(Wire& wire, std::int64_t offset, std::uint64_t length) {
  put_message(wire, field::kHistogramSpan, [&](auto& in) {
    put_number(in, field::kSpanOffset, zigzag(offset));
    put_number(in, field::kSpanLength, length);
  });
}

// Runs of buckets that follow each other are a span; counts are given as what they differ by from
// the one before.
template <typename Wire>
void put_native(Wire& wire, const record::NativeHistogram& native) {
  put_number(wire, field::kHistogramSchema, zigzag(native.schema()));
  put_double(wire, field::kHistogramZeroThreshold, record::NativeHistogram::kZeroThreshold);
  put_number(wire, field::kHistogramZeroCount, native.zero_count());
  const auto& buckets = native.buckets();
  // By a span of no length a reader knows it for a native histogram, though it has counted nothing.
  if (buckets.empty()) put_span(wire, 0, 0);
  std::int64_t end = 0;  // of the span before
  for (std::size_t i = 0; i < buckets.size();) {
    std::size_t next = i + 1;
    while (next < buckets.size() && buckets[next].index == buckets[next - 1].index + 1)
      ++next;
    put_span(wire, buckets[i].index - end, next - i);
    end = buckets[next - 1].index + std::int64_t{1};
    i = next;
  }
  std::int64_t before = 0;
  for (const record::NativeHistogram::Bucket& bucket : buckets) {
    put_number(wire, field::kHistogramDelta, zigzag(bucket.count - before));
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
    put_bytes(wire, field::kFamilyName, head_->name);
    put_bytes(wire, field::kFamilyHelp, head_->help);
    put_number(wire, field::kFamilyType, to_type(head_->type));
    // Fields may stand in any order, so the unit need not wait for the metrics.
    const std::string_view unit = unit_of(*head_);
    if (!unit.empty()) put_bytes(wire, field::kFamilyUnit, unit);
  };
  const std::size_t family_bytes = wire_size(head) + metrics_bytes_;
  append_wire(out_, [&](auto& wire) {
    wire.varint(family_bytes);
    head(wire);
  });
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
void ProtobufEncoder::add_metric(MoreLabels more, std::uint32_t value_field, std::size_t series,
                                 const Value& value) {
  const auto metric = [&](auto& wire) {
    put_message(wire, field::kFamilyMetric, [&](auto& in) {
      in.raw(base::to_view(subject_));
      for (const Label& label : more)
        put_label(in, field::kMetricLabel, label.name, label.value);
      put_message(in, value_field, value);
    });
  };
  if (measuring_) {
    const std::size_t bytes = wire_size(metric);
    metrics_bytes_ += bytes;
    longest_metric_bytes_ = std::max(longest_metric_bytes_, bytes);
  } else {
    append_wire(out_, longest_metric_bytes_, metric);
    count_series(series);
  }
}

void ProtobufEncoder::add(MoreLabels more, double value, const record::Exemplar* exemplar) {
  if (head_->type != FamilyType::counter)
    return add_metric(more, field::kMetricGauge, 1,
                      [&](auto& wire) { put_double(wire, field::kGaugeValue, value); });
  add_metric(more, field::kMetricCounter, 1, [&](auto& wire) {
    put_double(wire, field::kCounterValue, value);
    if (exemplar != nullptr) put_exemplar(wire, field::kCounterExemplar, *exemplar);
    if (created_) put_time(wire, field::kCounterCreated, *created_);
  });
}

void ProtobufEncoder::add(const record::Histogram& histogram) {
  add_metric({}, field::kMetricHistogram, histogram.counts().size() + 2, [&](auto& wire) {
    put_buckets(wire, histogram, nullptr);
    if (created_) put_time(wire, field::kHistogramCreated, *created_);
  });
}

void ProtobufEncoder::add(const record::LatencyHistogram& histogram) {
  // The native histogram is one more.
  add_metric({}, field::kMetricHistogram, histogram.counts().size() + 3, [&](auto& wire) {
    put_buckets(wire, histogram.classic(), &histogram);
    put_native(wire, histogram.native());
    put_time(wire, field::kHistogramCreated, histogram.created());
  });
}

}  // namespace reinfer::metrics
