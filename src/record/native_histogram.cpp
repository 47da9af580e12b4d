#include "record/native_histogram.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/check.h"

namespace reinfer::record {
namespace {

constexpr std::size_t kPerOctave = std::size_t{1} << NativeHistogram::kSchemaFirst;

// The upper bounds of the buckets from 1/2 up to but without 1: 2^(i/8) / 2. They are literals, so
// that a value on a bound falls into the same bucket on every machine.
constexpr std::array<double, kPerOctave> kEnds = {
    0.5,
    0.5452538663326288,
    0.5946035575013605,
    0.6484197773255048,
    0.7071067811865476,
    0.7711054127039704,
    0.8408964152537145,
    0.9170040432046712,
};

// The index of the bucket at the first schema.
int index_of(double value) {
  int exponent = 0;
  const double fraction = std::frexp(value, &exponent);  // in [1/2, 1)
  const auto end = std::lower_bound(kEnds.begin(), kEnds.end(), fraction) - kEnds.begin();
  return static_cast<int>(end) + (exponent - 1) * static_cast<int>(kPerOctave);
}

// The index after the schema fell by `steps`: of two buckets that become one, the upper has the
// even index, and their common upper bound.
int index_when_wider(int index, int steps) {
  const int round_up = (1 << steps) - 1;
  return (index + round_up) >> steps;
}

}  // namespace

NativeHistogram::NativeHistogram(int schema, std::uint64_t zero_count, std::vector<Bucket> buckets)
    : zero_count_(zero_count), schema_(std::clamp(schema, kSchemaLast, kSchemaFirst)) {
  for (const Bucket& bucket : buckets)
    if (bucket.count > 0 && (buckets_.empty() || buckets_.back().index < bucket.index))
      buckets_.push_back(bucket);
}

void NativeHistogram::add(const NativeHistogram& other) {
  zero_count_ += other.zero_count_;
  NativeHistogram more = other;
  while (more.schema_ > schema_)
    more.widen();
  while (schema_ > more.schema_)
    widen();
  std::vector<Bucket> sum;
  auto ours = buckets_.begin();
  for (const Bucket& theirs : more.buckets_) {
    for (; ours != buckets_.end() && ours->index < theirs.index; ++ours)
      sum.push_back(*ours);
    sum.push_back(theirs);
    if (ours != buckets_.end() && ours->index == theirs.index) sum.back().count += ours++->count;
  }
  sum.insert(sum.end(), ours, buckets_.end());
  buckets_ = std::move(sum);
  while (buckets_.size() > kBucketsMax && schema_ > kSchemaLast)
    widen();
}

std::uint64_t NativeHistogram::count() const {
  std::uint64_t sum = zero_count_;
  for (const Bucket& bucket : buckets_)
    sum += bucket.count;
  return sum;
}

std::optional<double> NativeHistogram::quantile(double percent) const {
  const auto all = static_cast<double>(count());
  if (all == 0) return std::nullopt;
  const double rank = all * percent / 100;
  double below = static_cast<double>(zero_count_);
  if (rank <= below) return 0;
  for (const Bucket& bucket : buckets_) {
    const auto inside = static_cast<double>(bucket.count);
    if (rank <= below + inside || &bucket == &buckets_.back()) {
      const double part = std::min(1.0, (rank - below) / inside);
      return std::exp2((bucket.index - 1 + part) * std::exp2(-schema_));
    }
    below += inside;
  }
  return 0;
}

void NativeHistogram::observe(double value) {
  base::check(std::isfinite(value) && value >= 0, "a native histogram counts what is not negative");
  if (value <= kZeroThreshold) {
    ++zero_count_;
    return;
  }
  const int index = index_when_wider(index_of(value), kSchemaFirst - schema_);
  const auto at = std::lower_bound(buckets_.begin(), buckets_.end(), index,
                                   [](const Bucket& b, int wanted) { return b.index < wanted; });
  if (at != buckets_.end() && at->index == index) {
    ++at->count;
    return;
  }
  buckets_.insert(at, {index, 1});
  while (buckets_.size() > kBucketsMax && schema_ > kSchemaLast)
    widen();
}

void NativeHistogram::widen() {
  --schema_;
  if (buckets_.empty()) return;
  auto last = buckets_.begin();
  last->index = index_when_wider(last->index, 1);
  for (auto next = last + 1; next != buckets_.end(); ++next) {
    const int index = index_when_wider(next->index, 1);
    if (index == last->index)
      last->count += next->count;
    else
      *++last = {index, next->count};
  }
  buckets_.erase(last + 1, buckets_.end());
}

}  // namespace reinfer::record
