// One latency of one target: the classic buckets, the native ones, and for each classic bucket with
// observations the latest probe in it. A plain value in the ledger, guarded by its mutex and copied
// into snapshots.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "record/exemplar.h"
#include "record/histogram.h"
#include "record/native_histogram.h"

namespace reinfer::record {

class LatencyHistogram {
 public:
  LatencyHistogram() = default;
  // `edges`: of the classic buckets, see Histogram. `created`: when counting begins.
  LatencyHistogram(std::vector<double> edges, base::WallTime created)
      : classic_(std::move(edges)), created_(created) {}

  // `seconds` must be finite and not negative. The value of the kept exemplar is `seconds`.
  void observe(double seconds, const std::optional<Exemplar>& exemplar = std::nullopt);

  const Histogram& classic() const { return classic_; }
  const NativeHistogram& native() const { return native_; }
  // The exemplar of a classic bucket; null if there is none.
  const Exemplar* exemplar(std::size_t bucket) const;
  base::WallTime created() const { return created_; }

  const std::vector<double>& edges() const { return classic_.edges(); }
  const std::vector<std::uint64_t>& counts() const { return classic_.counts(); }
  double sum() const { return classic_.sum(); }
  std::uint64_t count() const { return classic_.count(); }

  bool operator==(const LatencyHistogram&) const = default;

 private:
  struct BucketExemplar {
    std::uint32_t bucket = 0;
    Exemplar exemplar;
    bool operator==(const BucketExemplar&) const = default;
  };

  Histogram classic_;
  NativeHistogram native_;
  std::vector<BucketExemplar> exemplars_;  // few: latencies of one target are alike
  base::WallTime created_{};
};

}  // namespace reinfer::record
