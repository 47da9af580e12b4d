// The description of the metrics as tables: a family is a row with its name, help, type, and how
// its samples are read off what a scrape knows. Written down once, whatever the format: an Encoder
// takes the samples. The rows stand in {target,tenant,exporter}_metrics.cpp.
#pragma once

#include <span>
#include <variant>

#include "metrics/encoder.h"
#include "metrics/process_stats.h"
#include "metrics/server_facts.h"
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

// Everything at once.
struct ScrapeFacts {
  const record::Snapshot& snapshot;
  const ServerFacts& server;
  const ProcessStats& process;
};

// What writes a family's samples: for each target, for each tenant, or once.
using WriteTarget = void (*)(const TargetFacts&, Encoder&);
using WriteTenant = void (*)(const TenantFacts&, Encoder&);
using WriteOnce = void (*)(const ScrapeFacts&, Encoder&);

struct Family {
  FamilyHead head;
  std::variant<WriteTarget, WriteTenant, WriteOnce> write;
};
using FamilyTable = std::span<const Family>;

// What each target does, a probe on demand too.
FamilyTable target_families();
// What its objectives make of that.
FamilyTable objective_families();
FamilyTable tenant_families();
FamilyTable exporter_families();
FamilyTable server_families();
// The last: it ends with the number of all series.
FamilyTable process_families();

}  // namespace reinfer::metrics
