// Prometheus text format 0.0.4, which every server understands (and 1.0.0, which says the same of
// names like ours). Used through Encoder.
#pragma once

#include <string>

#include "metrics/text_lines.h"

namespace reinfer {

class TextEncoder final : public Encoder {
 public:
  // `out` outlives it.
  explicit TextEncoder(Buffer& out) : out_(out), lines_(out, TextLines::Edges::shortest) {}

  using Encoder::add;
  void begin(const FamilyHead& head) override;
  void set_subject(Labels labels, std::optional<WallTime> created) override;
  void add(MoreLabels more, double value, const Exemplar* exemplar) override;
  void add(const Histogram& histogram) override;
  void add(const LatencyHistogram& histogram) override { add(histogram.classic()); }

 private:
  void write_head();

  Buffer& out_;
  TextLines lines_;
  const FamilyHead* head_ = nullptr;
  bool head_written_ = false;
};

}  // namespace reinfer
