// The page at `/` as plain text, for a request from a shell: the name of the exporter, its paths,
// the verdict on every tenant and the last outcome of every target, all from one snapshot. Pure.
// Used by the HTTP pool.
#pragma once

#include <string>

#include "record/snapshot.h"

namespace reinfer::page {

std::string render_status_text(const record::Snapshot& snapshot, const std::string& metrics_path);

}  // namespace reinfer::page
