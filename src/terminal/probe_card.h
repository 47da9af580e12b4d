// One probe for people, as `reinfer_exporter probe` prints it: a headline, the waterfall, the
// verdict in words with the fault and the next step, and the facts of connection, certificate and
// token. Pure; it has facts of the token, but not the token.
#pragma once

#include <string>

#include "explain/token_contradiction.h"
#include "model/plan.h"
#include "model/probe_result.h"
#include "model/token_facts.h"
#include "terminal/style.h"

namespace reinfer::terminal {

// "acme/dataset  server_error  503  41.2 ms  server 37.7 ms  path 2.1 ms  fault: the platform":
// enough for a first look, and the one line of each repeated probe. No newline.
std::string render_headline(const model::Plan& plan, const model::ProbeResult& result,
                            const TerminalStyle& style);

// Lines, each ended by a newline, and an empty one at the end. `token`: of the target's tenant.
std::string render_card(const model::Plan& plan, const model::ProbeResult& result,
                        const model::TokenFacts& token, const TerminalStyle& style);

// One line after the cards of several tenants; "" if nobody contradicts.
std::string render_contradiction(const explain::TokenContradiction& contradiction,
                                 const TerminalStyle& style);

}  // namespace reinfer::terminal
