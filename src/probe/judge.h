// The judge: facts in, verdict out. One pure function turns an Exchange into a ProbeResult: what
// happened (Outcome), hence whose fault it is, what the platform said of its own time and what
// share of the wait is the path's. Used by the Engine for every probe; tested row by row in
// judge_test. It keeps no state, reads no clock and never throws.
#pragma once

#include <string>
#include <string_view>

#include "base/secret.h"
#include "model/exchange.h"
#include "model/probe_result.h"
#include "model/target.h"
#include "probe/reply_body.h"

namespace reinfer::probe {

// What the engine knew when the probe set out.
struct Started {
  model::TargetIndex target{};
  base::Instant at{};
  std::string request_id;
  base::Secret bearer =
      {};  // what was sent: a peer may echo it, and then it is taken out of all text
};

model::ProbeResult judge(const model::Target& target, const Started& started,
                         model::Exchange exchange);

// The verdict alone. In this order:
//   1. nothing complete came back: by WireError (what broke on the wire);
//   2. 3xx, 401 and 429 speak for themselves, whoever wrote them and whatever their body is;
//   3. a body that cannot be read: `bad_body`, `response_too_large`;
//   4. written by the application (`Reply::from_application`): by status code and expectation;
//   5. a JSON object with another string at `status`: `protocol_error`;
//   6. written by somebody in front of it: by status code.
model::Outcome verdict(const model::Expectation& expectation, const model::Exchange& exchange,
                       const Reply& reply);

// Result of a probe that was due but for which no token could be had, so nothing was sent.
model::ProbeResult judge_token_unavailable(const Started& started, std::string_view why);

}  // namespace reinfer::probe
