// OpenMetrics 1.0 text (specification/OpenMetrics.md of github.com/OpenObservability): families are
// named without `_total` and `_info`, have units, and exemplars; the text ends with `# EOF`. Used
// through Encoder.
#pragma once

#include <string>

#include "metrics/text_lines.h"

namespace reinfer::metrics {

// `_created` is an ordinary series to most servers and costs as much as any other, so it is written
// only where it was asked for, and of counters above 0: it would say nothing of a counter at 0.
enum class CreatedSeries : std::uint8_t { left_out, written };

class OpenMetricsEncoder final : public Encoder {
 public:
  // `out` outlives it.
  OpenMetricsEncoder(base::Buffer& out, CreatedSeries created_series)
      : out_(out), lines_(out, TextLines::Edges::float_always), created_series_(created_series) {}

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
  const CreatedSeries created_series_;
  std::optional<base::WallTime> created_;
  std::optional<base::WallTime> spelt_created_;  // the time in created_text_
  std::string created_text_;
  const FamilyHead* head_ = nullptr;
  std::string_view family_;  // the name without its suffix
  std::string_view suffix_;
  bool head_written_ = false;
};

}  // namespace reinfer::metrics
