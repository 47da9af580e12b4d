#include "metrics/openmetrics_encoder.h"

#include <array>
#include <charconv>

namespace reinfer::metrics {
namespace {

std::string_view to_word(FamilyType type) {
  switch (type) {
    case FamilyType::counter:
      return "counter";
    case FamilyType::info:
      return "info";
    case FamilyType::histogram:
      return "histogram";
    case FamilyType::gauge:
      break;
  }
  return "gauge";
}

std::string_view suffix_of(FamilyType type) {
  if (type == FamilyType::counter) return "_total";
  return type == FamilyType::info ? "_info" : "";
}

// Seconds since the Unix epoch, to the millisecond, as a server keeps it.
std::string to_seconds_text(base::WallTime time) {
  const auto ms = std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
  std::array<char, 32> text{};
  char* at = std::to_chars(text.data(), text.data() + text.size(), ms / 1000).ptr;
  *at++ = '.';
  for (const std::int64_t unit : {100, 10, 1})
    *at++ = static_cast<char>('0' + ms / unit % 10);
  return {text.data(), at};
}

}  // namespace

void OpenMetricsEncoder::begin(const FamilyHead& head) {
  head_ = &head;
  suffix_ = suffix_of(head.type);
  family_ = head.name.substr(0, head.name.size() - suffix_.size());
  head_written_ = false;
}

void OpenMetricsEncoder::set_subject(Labels labels, std::optional<base::WallTime> created) {
  lines_.set_subject(labels);
  created_ = created;
}

void OpenMetricsEncoder::write_head() {
  if (head_written_) return;
  head_written_ = true;
  base::append_all(out_, "# HELP ", family_, " ", head_->help, "\n# TYPE ", family_, " ",
                   to_word(head_->type), "\n");
  const std::string_view unit = unit_of(*head_);
  if (!unit.empty()) base::append_all(out_, "# UNIT ", family_, " ", unit, "\n");
}

void OpenMetricsEncoder::add(MoreLabels more, double value, const record::Exemplar* exemplar) {
  write_head();
  lines_.sample(family_, suffix_, more, value);
  end_line(exemplar);
  count_series(1);
  if (head_->type == FamilyType::counter && value > 0) write_created(created_);
}

void OpenMetricsEncoder::add(const record::Histogram& histogram) {
  write_histogram(histogram, nullptr, created_);
}

void OpenMetricsEncoder::add(const record::LatencyHistogram& histogram) {
  write_histogram(histogram.classic(), &histogram, histogram.created());
}

void OpenMetricsEncoder::write_histogram(const record::Histogram& histogram,
                                         const record::LatencyHistogram* with_exemplars,
                                         std::optional<base::WallTime> created) {
  write_head();
  std::uint64_t up_to = 0;
  for (std::size_t i = 0; i < histogram.counts().size(); ++i) {
    up_to += histogram.counts()[i];
    lines_.bucket(family_, histogram, i, up_to);
    end_line(with_exemplars == nullptr ? nullptr : with_exemplars->exemplar(i));
  }
  lines_.sample(family_, "_count", {}, static_cast<double>(histogram.count()));
  lines_.end_line();
  lines_.sample(family_, "_sum", {}, histogram.sum());
  lines_.end_line();
  count_series(histogram.counts().size() + 2);
  if (histogram.count() > 0) write_created(created);
}

void OpenMetricsEncoder::write_created(std::optional<base::WallTime> created) {
  if (created_series_ == CreatedSeries::left_out || !created) return;
  lines_.labelled_alike(family_, "_created");
  // Most series were created together with the one before.
  if (created != spelt_created_) {
    spelt_created_ = created;
    created_text_ = to_seconds_text(*created);
  }
  base::append_all(out_, created_text_);
  lines_.end_line();
  count_series(1);
}

void OpenMetricsEncoder::end_line(const record::Exemplar* exemplar) {
  if (exemplar != nullptr) {
    base::append_all(out_, " # {request_id=\"", base::to_text(exemplar->request_id));
    if (exemplar->correlation_id)
      base::append_all(out_, "\",correlation_id=\"", base::to_text(*exemplar->correlation_id));
    base::append_all(out_, "\"} ");
    append_number(out_, exemplar->value);
    base::append_all(out_, " ", to_seconds_text(exemplar->at));
  }
  lines_.end_line();
}

void OpenMetricsEncoder::finish() {
  base::append_all(out_, "# EOF\n");
}

}  // namespace reinfer::metrics
