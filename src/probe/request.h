// Makes the Request of one probe from its Target. Used by the prober and the controls. Pure. The
// transport adds the token's header (from Request::bearer), encodings and connection headers.
#pragma once

#include <string>

#include "base/secret.h"
#include "model/exchange.h"
#include "model/plan.h"

namespace reinfer::probe {

// `request_id` is sent as `x-request-id`, so that the vendor can find this request in its logs.
model::Request make_request(const model::Plan& plan, const model::Target& target,
                            base::Secret bearer, const std::string& request_id);

// A GET without a token.
model::Request control_request(const model::Control& control);

// Name, version and a URL, e.g. "reinfer_exporter/0.1.0 (+https://...)": edges block requests
// without one, and the vendor can identify the caller.
const std::string& user_agent();

}  // namespace reinfer::probe
