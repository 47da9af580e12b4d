#include "metrics/exposition.h"

#include "base/check.h"
#include "metrics/openmetrics_encoder.h"
#include "metrics/protobuf_encoder.h"
#include "metrics/text_encoder.h"

namespace reinfer::metrics {
namespace {

// Calls `write` twice where the encoder has to know the length first.
template <typename Write>
void write_family(const Family& family, Encoder& encoder, Write write) {
  encoder.begin(family.head);
  if (encoder.measures_first()) {
    write();
    encoder.measured();
  }
  write();
}

}  // namespace

std::unique_ptr<Encoder> make_encoder(Format format, base::Buffer& out) {
  switch (format) {
    case Format::text:
      return std::make_unique<TextEncoder>(out);
    case Format::openmetrics:
      return std::make_unique<OpenMetricsEncoder>(out, CreatedSeries::left_out);
    case Format::openmetrics_created:
      return std::make_unique<OpenMetricsEncoder>(out, CreatedSeries::written);
    case Format::protobuf:
      break;
  }
  return std::make_unique<ProtobufEncoder>(out);
}

Exposition::Exposition(std::shared_ptr<const record::Snapshot> snapshot,
                       InstrumentSamples instruments, const ProcessStats& process, Format format)
    : snapshot_(std::move(snapshot)),
      instruments_(std::move(instruments)),
      process_(process),
      walk_({*snapshot_, process_}),
      encoder_(make_encoder(format, buffer_)) {
  const auto append = [this](FamilyTable table) {
    families_.insert(families_.end(), table.begin(), table.end());
  };
  for (const FamilyTable table :
       {target_families(), objective_families(), tenant_families(), exporter_families()})
    append(table);
  for (const InstrumentFamily& family : instruments_)
    families_.push_back({{family.name, family.help, family.type}, &family});
  append(process_families());
}

std::string_view Exposition::next() {
  buffer_.clear();
  // Once, and not for a scrape that is small.
  if (snapshot_->targets.size() > 1) buffer_.reserve(piece_bytes() * 5 / 4);
  while (buffer_.size() < piece_bytes() && family_ < families_.size())
    write_some();
  if (family_ == families_.size() && !finished_) {
    finished_ = true;
    encoder_->finish();
  }
  return base::to_view(buffer_);
}

// Writes the samples of one subject, of one family.
void Exposition::write_some() {
  const Family& family = families_[family_];
  const std::size_t subjects = walk_.subjects(family);
  if (subject_ == 0) {
    encoder_->begin(family.head);
    if (encoder_->measures_first()) {
      for (std::size_t i = 0; i < subjects; ++i)
        walk_.write(family, i, *encoder_);
      encoder_->measured();
    }
  }
  if (subject_ < subjects) walk_.write(family, subject_++, *encoder_);
  if (subject_ < subjects) return;
  subject_ = 0;
  ++family_;
}

std::string render_target(const TargetFacts& of, Format format) {
  base::Buffer out;
  std::vector<Label> labels;
  const std::unique_ptr<Encoder> encoder = make_encoder(format, out);
  set_target(of, labels, *encoder);
  for (const Family& family : target_families())
    write_family(family, *encoder, [&] { std::get<WriteTarget>(family.write)(of, *encoder); });
  encoder->finish();
  return fmt::to_string(out);
}

}  // namespace reinfer::metrics
