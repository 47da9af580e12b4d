// The description of the metrics as tables: a family is a row with its name, help, type, and how
// its samples are read from the facts of a scrape. There is one table for all formats: an Encoder
// takes the samples. The rows are in {target,tenant,exporter}_families.cpp.
#pragma once

#include <span>
#include <variant>

#include "metrics/encoder.h"
#include "metrics/instrument_samples.h"
#include "metrics/process_stats.h"
#include "record/snapshot.h"

namespace reinfer::metrics {

struct TargetFacts {
  const model::Plan& plan;
  const model::Target& target;
  const record::TargetRecord& record;
};

struct TenantFacts {
  const model::Plan& plan;
  const model::Tenant& tenant;
  const record::TenantRecord& record;
};

// All facts of one scrape but its instruments.
struct ScrapeFacts {
  const record::Snapshot& snapshot;
  const ProcessStats& process;
};

// Writes a family's samples: for each target, for each tenant, or once. An instrument has its
// samples already.
using WriteTarget = void (*)(const TargetFacts&, Encoder&);
using WriteTenant = void (*)(const TenantFacts&, Encoder&);
using WriteOnce = void (*)(const ScrapeFacts&, Encoder&);
using Instrument = const InstrumentFamily*;

struct Family {
  FamilyHead head;
  std::variant<WriteTarget, WriteTenant, WriteOnce, Instrument> write;
};
using FamilyTable = std::span<const Family>;

// The figures of each target, and of a probe on demand.
FamilyTable target_families();
// The figures of each target's objectives.
FamilyTable objective_families();
FamilyTable tenant_families();
FamilyTable exporter_families();
// The last: it ends with the number of all series.
FamilyTable process_families();

}  // namespace reinfer::metrics
