#include "metrics/exposition.h"

#include "base/check.h"
#include "metrics/openmetrics_encoder.h"
#include "metrics/protobuf_encoder.h"
#include "metrics/text_encoder.h"

namespace reinfer::metrics {
namespace {

void add_tenant_labels(const model::Plan& plan, const model::Tenant& tenant,
                       std::vector<Label>& labels) {
  const auto& names = plan.label_names();
  for (std::size_t i = 0; i < names.size(); ++i)
    labels.push_back({names[i], tenant.label_values[i]});
}

TargetFacts target_facts(const record::Snapshot& snapshot, std::size_t i) {
  return {*snapshot.plan, snapshot.plan->targets()[i], snapshot.targets[i]};
}

TenantFacts tenant_facts(const record::Snapshot& snapshot, std::size_t i) {
  return {*snapshot.plan, snapshot.plan->tenants()[i], snapshot.tenants[i]};
}

std::optional<base::WallTime> start_of(const ProcessStats& process) {
  if (!process.start_time_seconds) return std::nullopt;
  return base::WallTime(base::from_seconds(*process.start_time_seconds, base::Nanoseconds::max()));
}

void set_target(const TargetFacts& of, std::vector<Label>& labels, Encoder& encoder) {
  labels.assign({{"tenant", of.target.tenant_name}, {"probe", of.target.probe}});
  add_tenant_labels(of.plan, of.plan.tenant(of.target.tenant), labels);
  encoder.set_subject(labels, of.record.created);
}

// Calls `write`, twice where the encoder has to know the length first.
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
      return std::make_unique<OpenMetricsEncoder>(out);
    case Format::protobuf:
      break;
  }
  return std::make_unique<ProtobufEncoder>(out);
}

Exposition::Exposition(record::Snapshot snapshot, ServerFacts server, const ProcessStats& process,
                       Format format)
    : snapshot_(std::move(snapshot)),
      server_(std::move(server)),
      process_(process),
      encoder_(make_encoder(format, buffer_)) {
  for (const FamilyTable table : {target_families(), objective_families(), tenant_families(),
                                  exporter_families(), server_families(), process_families()})
    for (const Family& family : table)
      families_.push_back(&family);
}

std::string_view Exposition::next() {
  buffer_.clear();
  // Once, and not for a scrape that is small.
  if (snapshot_.targets.size() > 1) buffer_.reserve(kPieceBytes + kPieceBytes / 4);
  while (buffer_.size() < kPieceBytes && family_ < families_.size())
    write_some();
  if (family_ == families_.size() && !finished_) {
    finished_ = true;
    encoder_->finish();
  }
  return base::to_view(buffer_);
}

std::size_t Exposition::subjects(const Family& family) const {
  if (std::holds_alternative<WriteTarget>(family.write)) return snapshot_.targets.size();
  if (std::holds_alternative<WriteTenant>(family.write)) return snapshot_.tenants.size();
  return 1;
}

// What one subject has to say of one family.
void Exposition::write_some() {
  const Family& family = *families_[family_];
  if (subject_ == 0) {
    encoder_->begin(family.head);
    if (encoder_->measures_first()) {
      for (std::size_t i = 0; i < subjects(family); ++i)
        write(family, i);
      encoder_->measured();
    }
  }
  if (subject_ < subjects(family)) write(family, subject_++);
  if (subject_ < subjects(family)) return;
  subject_ = 0;
  ++family_;
}

void Exposition::write(const Family& family, std::size_t subject) {
  if (const auto* target = std::get_if<WriteTarget>(&family.write)) {
    const TargetFacts of = target_facts(snapshot_, subject);
    set_target(of, labels_, *encoder_);
    (*target)(of, *encoder_);
  } else if (const auto* tenant = std::get_if<WriteTenant>(&family.write)) {
    const TenantFacts of = tenant_facts(snapshot_, subject);
    labels_.assign({{"tenant", of.tenant.name}});
    add_tenant_labels(of.plan, of.tenant, labels_);
    encoder_->set_subject(labels_, std::nullopt);
    (*tenant)(of, *encoder_);
  } else {
    encoder_->set_subject({}, start_of(process_));
    std::get<WriteOnce>(family.write)({snapshot_, server_, process_}, *encoder_);
  }
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
