// Target -> Request: what leaves for one probe. Pure. It does not add the token's header (the
// transport does, from Request::bearer) nor anything the transport decides (encodings, connection).
#pragma once

#include <string>

#include "base/secret.h"
#include "model/exchange.h"
#include "model/plan.h"

namespace reinfer::probe {

// `request_id` goes out as `x-request-id`, so that the vendor can find the very request in its
// logs.
model::Request make_request(const model::Plan& plan, const model::Target& target,
                            base::Secret bearer, const std::string& request_id);

// A token-less GET that takes any reply.
model::Request control_request(const model::Control& control);

// Name, version and a URL, e.g. "reinfer_exporter/0.1.0 (+https://...)": edges block requests
// without one, and the vendor must be able to tell who is calling.
std::string user_agent();

}  // namespace reinfer::probe
