// A probe result as JSON and back, for the history: everything that the readers show of evidence.
// Not the API's document (explain/probe_report.h), which is for people and programs outside and
// leaves out what they do not need. Pure, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/probe_result.h"

namespace reinfer::history {

std::string to_stored_json(const model::ProbeResult& result);
// nullopt if the text is not what to_stored_json() writes. `target` is 0, and the monotonic times
// are as far from `now` as the wall times are.
std::optional<model::ProbeResult> from_stored_json(std::string_view text, base::Instant now);

// The same as it stands in a row: deflated. from_stored() also reads the JSON of older rows.
std::string to_stored(const model::ProbeResult& result);
std::optional<model::ProbeResult> from_stored(std::string_view bytes, base::Instant now);

// The monotonic time of a moment that only has wall time.
base::Instant instant_of(base::WallTime when, base::Instant now);

}  // namespace reinfer::history
