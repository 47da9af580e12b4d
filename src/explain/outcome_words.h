// What an outcome means, in words for people: what happened, and what to do next. One table for all
// who speak to people: `reinfer_exporter probe`, the status page, the API. Constant; any thread.
#pragma once

#include <string_view>

#include "model/outcome.h"

namespace reinfer::explain {

// Whole sentences in plain ASCII, without names of tenants or probes.
struct OutcomeWords {
  std::string_view what;
  std::string_view next_step;
};

const OutcomeWords& words_of(model::Outcome outcome);

// Whose fault it is, to stand after "at fault: " or before a verb: "the platform", "nobody".
std::string_view words_of(model::Fault fault);

}  // namespace reinfer::explain
