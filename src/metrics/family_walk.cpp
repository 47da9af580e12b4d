#include "metrics/family_walk.h"

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

}  // namespace

void set_target(const TargetFacts& of, std::vector<Label>& labels, Encoder& encoder) {
  labels.assign({{"tenant", of.target.tenant_name}, {"probe", of.target.probe}});
  add_tenant_labels(of.plan, of.plan.tenant(of.target.tenant), labels);
  encoder.set_subject(labels, of.record.created);
}

std::size_t FamilyWalk::subjects(const Family& family) const {
  if (std::holds_alternative<WriteTarget>(family.write)) return facts_.snapshot.targets.size();
  if (std::holds_alternative<WriteTenant>(family.write)) return facts_.snapshot.tenants.size();
  return 1;
}

void FamilyWalk::write(const Family& family, std::size_t subject, Encoder& encoder) {
  if (const auto* target = std::get_if<WriteTarget>(&family.write)) {
    const TargetFacts of = target_facts(facts_.snapshot, subject);
    set_target(of, labels_, encoder);
    (*target)(of, encoder);
  } else if (const auto* tenant = std::get_if<WriteTenant>(&family.write)) {
    const TenantFacts of = tenant_facts(facts_.snapshot, subject);
    labels_.assign({{"tenant", of.tenant.name}});
    add_tenant_labels(of.plan, of.tenant, labels_);
    encoder.set_subject(labels_, std::nullopt);
    (*tenant)(of, encoder);
  } else if (const auto* instrument = std::get_if<Instrument>(&family.write)) {
    write_instrument(**instrument, encoder);
  } else {
    encoder.set_subject({}, start_of(facts_.process));
    std::get<WriteOnce>(family.write)(facts_, encoder);
  }
}

void FamilyWalk::write_instrument(const InstrumentFamily& family, Encoder& encoder) {
  for (const InstrumentSample& sample : family.samples) {
    labels_.clear();
    for (std::size_t i = 0; i < family.label_names.size(); ++i)
      labels_.push_back({family.label_names[i], sample.label_values[i]});
    encoder.set_subject(labels_, start_of(facts_.process));
    if (family.type == FamilyType::histogram)
      encoder.add(sample.histogram);
    else
      encoder.add(sample.value);
  }
}

}  // namespace reinfer::metrics
