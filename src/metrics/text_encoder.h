// Prometheus text format 0.0.4, which every server understands (and 1.0.0, which is the same for
// names like ours). Used through Encoder, by the thread that answers a scrape.
#pragma once

#include <string>

#include "metrics/text_lines.h"

namespace reinfer::metrics {

class TextEncoder final : public Encoder {
 public:
  // `out` outlives it.
  explicit TextEncoder(base::Buffer& out) : out_(out), lines_(out, TextLines::Edges::shortest) {}

  using Encoder::add;
  void begin(const FamilyHead& head) override;
  void set_subject(Labels labels, std::optional<base::WallTime> created) override;
  void add(MoreLabels more, double value, const record::Exemplar* exemplar) override;
  void add(const record::Histogram& histogram) override;
  void add(const record::LatencyHistogram& histogram) override { add(histogram.classic()); }

 private:
  void write_head();

  base::Buffer& out_;
  TextLines lines_;
  const FamilyHead* head_ = nullptr;
  bool head_written_ = false;
};

}  // namespace reinfer::metrics
