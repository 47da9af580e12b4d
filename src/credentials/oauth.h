// OAuth 2.0 client credentials (RFC 6749 section 4.4): makes the token request and reads its reply.
// Used by token_state.cpp, which decides when to fetch. Pure, any thread. The prober sends the
// request through the transport of the probes.
#pragma once

#include <optional>
#include <string>

#include <tl/expected.hpp>

#include "credentials/token_text.h"
#include "model/exchange.h"
#include "model/token_source.h"

namespace reinfer::credentials {

struct IssuedToken {
  base::Secret secret;
  std::optional<base::Nanoseconds> lifetime;  // absent: the server did not say
};

// The client's id and secret travel in the form body, as the identity server of the API expects.
model::Request token_request(const model::OAuthClient& client, const base::Secret& client_secret);

// The token or an error; the error holds nothing of the reply but its `error` code.
tl::expected<IssuedToken, std::string> read_token_reply(const model::Exchange& exchange);

}  // namespace reinfer::credentials
