// The metrics of each tenant, its token and its certificate, and of the control targets. Used by
// metrics.cpp for one scrape at a time. Pure.
#pragma once

#include "expose/families.h"
#include "record/snapshot.h"

namespace reinfer {

void add_tenants(const Snapshot& snapshot, Families& families);

}  // namespace reinfer
