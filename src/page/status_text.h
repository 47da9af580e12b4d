// Snapshot -> the plain page at `/` for whoever asks from a shell: what this is, where to look, the
// verdict on every tenant and the last outcome of every target. Pure. Used by the HTTP pool.
#pragma once

#include <string>

#include "record/snapshot.h"

namespace reinfer::page {

std::string render_status_text(const record::Snapshot& snapshot, const std::string& telemetry_path);

}  // namespace reinfer::page
