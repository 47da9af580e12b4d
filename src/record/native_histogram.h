// The buckets of a Prometheus native histogram as a value: exponential, sparse, as fine as their
// number allows. Part of a LatencyHistogram, which has sum and count. Not thread-safe by itself:
// the ledger's mutex guards it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace reinfer::record {

class NativeHistogram {
 public:
  // Bucket i counts values above 2^((i - 1) / 2^schema), up to and including 2^(i / 2^schema): at
  // schema 3 an upper bound is 9 % above the lower one.
  static constexpr int kSchemaFirst = 3;
  // The coarsest: a bucket spans a factor of 2^16, so all values fit into few of them.
  static constexpr int kSchemaLast = -4;
  // At the first schema these span 20 factors of 2, such as 30 us to 30 s. When more are needed,
  // each two neighbours become one (the schema falls by one).
  static constexpr std::size_t kBucketsMax = 160;
  // Seconds; values up to it are counted as zero. No measurement here resolves a microsecond.
  static constexpr double kZeroThreshold = 0x1p-20;

  struct Bucket {
    std::int32_t index = 0;
    std::uint32_t count = 0;
    bool operator==(const Bucket&) const = default;
  };

  NativeHistogram() = default;
  // As read back from a store: what is out of order or out of range is left out.
  NativeHistogram(int schema, std::uint64_t zero_count, std::vector<Bucket> buckets);

  // `value` must be finite and not negative.
  void observe(double value);
  // Counts what the other has counted, exactly: at the coarser of the two schemas.
  void add(const NativeHistogram& other);

  std::uint64_t count() const;
  // The value below which so many per cent are, interpolated within its bucket as Prometheus'
  // histogram_quantile() does at exponential buckets; absent without values. 0 < percent <= 100.
  std::optional<double> quantile(double percent) const;

  int schema() const { return schema_; }
  std::uint64_t zero_count() const { return zero_count_; }
  // Only the buckets that counted something, by rising index.
  const std::vector<Bucket>& buckets() const { return buckets_; }

  bool operator==(const NativeHistogram&) const = default;

 private:
  void widen();

  std::vector<Bucket> buckets_;
  std::uint64_t zero_count_ = 0;
  int schema_ = kSchemaFirst;
};

}  // namespace reinfer::record
