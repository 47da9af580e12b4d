// The evidence on a target's page: the last failures and the slowest good probes, each with the
// facts that a ticket needs and a curl line to copy. Used by target_detail.cpp. Pure.
#pragma once

#include "model/plan.h"
#include "page/html.h"
#include "page/page.h"
#include "record/evidence.h"

namespace reinfer::page {

void write_evidence_list(Html& html, const model::Plan& plan, const model::Target& target,
                         const record::Evidence& evidence, base::WallTime now);

}  // namespace reinfer::page
