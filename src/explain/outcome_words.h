// The meaning of an outcome in words for people: the event, and the next step. Where more than the
// outcome is known, there are words for that (model::Cause). The same for
// `reinfer_exporter probe`, the status page and the API. Constant; any thread.
#pragma once

#include <string_view>

#include "model/exchange.h"
#include "model/outcome.h"

namespace reinfer::explain {

// Whole sentences in plain ASCII, without names of tenants or probes.
struct OutcomeWords {
  std::string_view what;
  std::string_view next_step;
};

// Of an outcome whose cause is not known.
const OutcomeWords& words_of(model::Outcome outcome);

const OutcomeWords& words_of(model::Outcome outcome, model::Cause cause);

// The party at fault, as a noun: "the platform", "nobody".
std::string_view words_of(model::Fault fault);

}  // namespace reinfer::explain
