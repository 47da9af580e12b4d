// The interface of a metrics format: the tables of families (families.h) give families and samples,
// an Encoder writes them in one format. One encoder writes one scrape, family by family, sample by
// sample, at the end of a buffer. The buffer's owner may empty it before each set_subject(), and at
// no other time, since lines are copied from those before. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>

#include "base/buffer.h"
#include "base/clock.h"
#include "record/latency_histogram.h"

namespace reinfer::metrics {

// `info` is a gauge that is always 1, in formats without that type.
enum class FamilyType : std::uint8_t { counter, gauge, info, histogram };

struct FamilyHead {
  std::string_view name;  // as in queries: counters with `_total`, infos with `_info`
  std::string_view help;  // one sentence with unit and source, without newline, quote or backslash
  FamilyType type;
};

// The unit in the name of a family: "seconds", "bytes", "ratio", or nothing.
std::string_view unit_of(const FamilyHead& head);

struct Label {
  std::string_view name;
  std::string_view value;
};
using Labels = std::span<const Label>;
using MoreLabels = std::initializer_list<Label>;

class Encoder {
 public:
  virtual ~Encoder() = default;

  // The samples until the next call belong to this family. A family without samples is left out.
  // `head` outlives the samples.
  virtual void begin(const FamilyHead& head) = 0;
  // True for formats in which the length of a family precedes it: the caller adds all samples of
  // the family twice, with measured() in between; the first time nothing is written.
  virtual bool measures_first() const { return false; }
  virtual void measured() {}

  // The labels that the samples until the next call have first, and the time since which their
  // counters count, where that is known.
  virtual void set_subject(Labels labels, std::optional<base::WallTime> created) = 0;

  // `exemplar`: of a counter, may be null.
  virtual void add(MoreLabels more, double value, const record::Exemplar* exemplar = nullptr) = 0;
  virtual void add(const record::Histogram& histogram) = 0;
  virtual void add(const record::LatencyHistogram& histogram) = 0;

  // After the last family.
  virtual void finish() {}

  void add(double value) { add({}, value); }
  // Series written so far, as a server stores them.
  std::uint64_t series() const { return series_; }

 protected:
  void count_series(std::uint64_t count) { series_ += count; }

 private:
  std::uint64_t series_ = 0;
};

}  // namespace reinfer::metrics
