#include "metrics/text_encoder.h"

namespace reinfer::metrics {
namespace {

std::string_view to_word(FamilyType type) {
  switch (type) {
    case FamilyType::counter:
      return "counter";
    case FamilyType::histogram:
      return "histogram";
    case FamilyType::gauge:
    case FamilyType::info:
      break;
  }
  return "gauge";
}

}  // namespace

void TextEncoder::begin(const FamilyHead& head) {
  head_ = &head;
  head_written_ = false;
}

void TextEncoder::set_subject(Labels labels, std::optional<base::WallTime>) {
  lines_.set_subject(labels);
}

void TextEncoder::write_head() {
  if (head_written_) return;
  head_written_ = true;
  base::append_all(out_, "# HELP ", head_->name, " ", head_->help, "\n# TYPE ", head_->name, " ",
                   to_word(head_->type), "\n");
}

void TextEncoder::add(MoreLabels more, double value, const record::Exemplar*) {
  write_head();
  lines_.sample(head_->name, "", more, value);
  lines_.end_line();
  count_series(1);
}

void TextEncoder::add(const record::Histogram& histogram) {
  write_head();
  lines_.sample(head_->name, "_count", {}, static_cast<double>(histogram.count()));
  lines_.end_line();
  lines_.sample(head_->name, "_sum", {}, histogram.sum());
  lines_.end_line();
  std::uint64_t up_to = 0;
  for (std::size_t i = 0; i < histogram.counts().size(); ++i) {
    up_to += histogram.counts()[i];
    lines_.bucket(head_->name, histogram, i, up_to);
    lines_.end_line();
  }
  count_series(histogram.counts().size() + 2);
}

}  // namespace reinfer::metrics
