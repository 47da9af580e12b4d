// A classic Prometheus histogram as a value: counts per bucket, sum, count. Part of the ledger,
// copied into snapshots. Not thread-safe by itself: the ledger's mutex guards it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace reinfer::record {

class Histogram {
 public:
  Histogram() = default;
  // `edges`: inclusive upper bounds, rising; a last bucket to +Inf is added.
  explicit Histogram(std::vector<double> edges);
  // As another one has counted: `counts` has one element more than `edges`, see counts().
  Histogram(std::vector<double> edges, std::vector<std::uint64_t> counts, double sum);

  // `value` must be finite. Returns the index of its bucket.
  std::size_t observe(double value);

  // Adds the counts of another one with the same edges.
  void add(const Histogram& other);

  const std::vector<double>& edges() const { return edges_; }
  // One more than edges(); each counts only its own interval, not those below it.
  const std::vector<std::uint64_t>& counts() const { return counts_; }
  double sum() const { return sum_; }
  std::uint64_t count() const { return count_; }

  bool operator==(const Histogram&) const = default;

 private:
  std::vector<double> edges_;
  std::vector<std::uint64_t> counts_;
  double sum_ = 0;
  std::uint64_t count_ = 0;
};

}  // namespace reinfer::record
