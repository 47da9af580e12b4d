// The metrics of each target: what happened, when, how fast, in which phases. Used by metrics.cpp
// for one scrape at a time. Pure.
#pragma once

#include "expose/families.h"
#include "record/snapshot.h"

namespace reinfer {

// `tenant` and the static labels, for what belongs to a tenant as a whole.
Labels tenant_labels(const Plan& plan, const Tenant& tenant);

void add_targets(const Snapshot& snapshot, Families& families);

// Those of one target alone.
void add_target(const Plan& plan, TargetIndex target, const TargetRecord& record,
                Families& families);

}  // namespace reinfer
