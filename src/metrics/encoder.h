// How metrics are written down: the tables of families (families.h) say what there is, an Encoder
// says it in one format. One encoder writes one scrape, family by family, sample by sample, at the
// end of a buffer that its owner may empty before set_subject(), and not until the next: lines are
// copied from those before. It keeps nothing else of what it has written. Not thread-safe.
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

// `info` is a gauge that is always 1, in formats that know no better.
enum class FamilyType : std::uint8_t { counter, gauge, info, histogram };

struct FamilyHead {
  std::string_view name;  // as in queries: counters with `_total`, infos with `_info`
  std::string_view help;  // one sentence with unit and source, without newline, quote or backslash
  FamilyType type;
};

// Written behind the name of a family for its unit: "seconds", "bytes", "ratio", or nothing.
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

  // What follows belongs to this family. One that gets no sample is not mentioned. `head` outlives
  // the samples.
  virtual void begin(const FamilyHead& head) = 0;
  // Of formats that say how long a family is before they say it: all samples of the family are to
  // be given twice, with measured() in between; the first time nothing is written.
  virtual bool measures_first() const { return false; }
  virtual void measured() {}

  // What the samples until the next call are about: their labels before others, and since when
  // their counters have counted, where that is known.
  virtual void set_subject(Labels labels, std::optional<base::WallTime> created) = 0;

  // `exemplar`: of counters, may be null.
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
