// Turns an Exchange into a ProbeResult: the outcome, hence the fault, the platform's own time and
// the network's share of the wait. Used by the prober for every probe; judge_test tests it row by
// row. A pure function, any thread. It keeps no state, reads no clock and never throws.
#pragma once

#include <string>
#include <string_view>

#include "base/secret.h"
#include "model/exchange.h"
#include "model/probe_result.h"
#include "model/target.h"
#include "probe/reply_body.h"

namespace reinfer::probe {

// Facts known when the request was sent.
struct Started {
  model::TargetIndex target{};
  base::Instant at{};
  std::string request_id;
  base::Secret bearer = {};  // the token sent; removed from all text, because a peer may echo it
};

model::ProbeResult judge(const model::Target& target, const Started& started,
                         model::Exchange exchange);

// The outcome alone. The first rule that applies decides:
//   1. no complete reply: by WireError;
//   2. 3xx, 401 and 429: by status code, whatever the body is;
//   3. an unreadable body: `bad_body`, `response_too_large`;
//   4. a reply of the application (`Reply::from_application`): by status code and expectation;
//   5. a JSON object with another string at `status`: `protocol_error`;
//   6. a reply of a proxy or gateway in front of the application: by status code.
model::Outcome verdict(const model::Expectation& expectation, const model::Exchange& exchange,
                       const Reply& reply);

// The result of a probe that was due but had no token, so nothing was sent. `why` goes into the
// message.
model::ProbeResult judge_token_unavailable(const Started& started, std::string_view why);

}  // namespace reinfer::probe
