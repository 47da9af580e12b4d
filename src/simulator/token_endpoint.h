// The OAuth token endpoint of the identity service: client credentials in, a token out that the API
// then accepts until it expires. Called by respond on connection threads; the world keeps the
// tokens. It knows one client, and no other grant.
#pragma once

#include "simulator/simulated_reply.h"
#include "simulator/world.h"

namespace reinfer::simulator {

// `rest` are the segments after "identity_".
Reply answer_token(World& world, const Request& request, const std::vector<std::string>& rest,
                   base::Nanoseconds lifetime);

}  // namespace reinfer::simulator
