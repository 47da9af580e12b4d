// OpenMetrics 1.0 text (specification/OpenMetrics.md of github.com/OpenObservability): families are
// named without `_total` and `_info`, have units, and exemplars; the text ends with `# EOF`. Used
// through Encoder.
#pragma once

#include <string>

#include "metrics/text_lines.h"

namespace reinfer::metrics {

// `_created` is an ordinary series to some servers, so only counters above 0 have one: it would say
// nothing of a counter at 0.
class OpenMetricsEncoder final : public Encoder {
 public:
  // `out` outlives it.
  explicit OpenMetricsEncoder(base::Buffer& out)
      : out_(out), lines_(out, TextLines::Edges::float_always) {}

  using Encoder::add;
  void begin(const FamilyHead& head) override;
  void set_subject(Labels labels, std::optional<base::WallTime> created) override;
  void add(MoreLabels more, double value, const record::Exemplar* exemplar) override;
  void add(const record::Histogram& histogram) override;
  void add(const record::LatencyHistogram& histogram) override;
  void finish() override;

 private:
  void write_head();
  void write_histogram(const record::Histogram& histogram,
                       const record::LatencyHistogram* with_exemplars,
                       std::optional<base::WallTime> created);
  void write_created(std::optional<base::WallTime> created);
  void end_line(const record::Exemplar* exemplar);

  base::Buffer& out_;
  TextLines lines_;
  std::optional<base::WallTime> created_;
  std::optional<base::WallTime> spelt_created_;  // the time in created_text_
  std::string created_text_;
  const FamilyHead* head_ = nullptr;
  std::string_view family_;  // the name without its suffix
  std::string_view suffix_;
  bool head_written_ = false;
};

}  // namespace reinfer::metrics
