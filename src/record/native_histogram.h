// The buckets of a Prometheus native histogram as a value: exponential, sparse, as fine as their
// number allows. Lives in a LatencyHistogram, which has sum and count. Not thread-safe by itself:
// the ledger's mutex guards it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace reinfer::record {

class NativeHistogram {
 public:
  // Bucket i holds the values above 2^((i - 1) / 2^schema) and up to 2^(i / 2^schema), the latter
  // included. At schema 3 each bucket is 9 % wide.
  static constexpr int kSchemaFirst = 3;
  // So wide that one more observation may always be taken: a bucket spans a factor of 2^16.
  static constexpr int kSchemaLast = -4;
  // 20 factors of 2 at first: 30 us to 30 s. With more buckets each becomes twice as wide.
  static constexpr std::size_t kBucketsMax = 160;
  // Seconds; what is not above is counted as zero. Nobody measures less than a microsecond here.
  static constexpr double kZeroThreshold = 0x1p-20;

  struct Bucket {
    std::int32_t index = 0;
    std::uint32_t count = 0;
    bool operator==(const Bucket&) const = default;
  };

  // `value` must be finite and not negative.
  void observe(double value);

  int schema() const { return schema_; }
  std::uint64_t zero_count() const { return zero_count_; }
  // Only those that counted something, by rising index.
  const std::vector<Bucket>& buckets() const { return buckets_; }

  bool operator==(const NativeHistogram&) const = default;

 private:
  void widen();

  std::vector<Bucket> buckets_;
  std::uint64_t zero_count_ = 0;
  int schema_ = kSchemaFirst;
};

}  // namespace reinfer::record
