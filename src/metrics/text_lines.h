// The lines of the two text formats: names, labels and numbers. Used by TextEncoder and
// OpenMetricsEncoder for one scrape; it writes at the end of the encoder's buffer. Not thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "metrics/encoder.h"

namespace reinfer::metrics {

// The fewest digits that read back as the same number: 12, 0.0005, 1.5e-05, +Inf, -Inf, NaN.
void append_number(base::Buffer& to, double value);

class TextLines {
 public:
  // The spelling of `le`: 1 or 1.0.
  enum class Edges : std::uint8_t { shortest, float_always };

  TextLines(base::Buffer& out, Edges edges) : out_(out), style_(edges) {}

  void set_subject(Labels labels);
  // Writes everything before the value. `name` and `suffix` are one word.
  void sample_at(std::string_view name, std::string_view suffix, MoreLabels more);
  // Writes the line without its end.
  void sample(std::string_view name, std::string_view suffix, MoreLabels more, double value);
  // The same for bucket `i` of `histogram`, and `count` results up to it.
  void bucket(std::string_view name, const record::Histogram& histogram, std::size_t i,
              std::uint64_t count);
  // Writes everything before the value, with the labels of the sample before, which has the same
  // subject.
  void labelled_alike(std::string_view name, std::string_view suffix);
  void end_line() { out_.push_back('\n'); }

 private:
  // A part of `out_`, which is not emptied while one subject is written.
  struct Stretch {
    std::size_t at = 0;
    std::size_t bytes = 0;
  };

  void append_again(const Stretch& stretch);
  void append_head(std::string_view name, std::string_view suffix);
  void spell_edges(const std::vector<double>& edges);

  base::Buffer& out_;
  const Edges style_;
  base::Buffer subject_;  // {a="1",b="2"
  // Most lines begin as the one before.
  Stretch head_;  // name{a="1",b="2"
  std::string_view head_name_;
  std::string_view head_suffix_;
  Stretch labels_;  // {a="1",b="2",c="3"} and a blank
  // Most histograms have the edges of the one before.
  std::vector<double> edges_;
  std::vector<std::string> spelt_;  // le="1"} and a blank
};

}  // namespace reinfer::metrics
