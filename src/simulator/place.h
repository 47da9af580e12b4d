// The destination of a request: which tenant, and which part of the platform behind the same host
// (the API, the identity service, the portal, the simulator's own control). Used by respond; pure,
// any thread. It does not judge whether the route exists.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace reinfer::simulator {

enum class Area { api, token_endpoint, portal, control, nowhere };

struct Place {
  Area area = Area::nowhere;
  // "ORG/TENANT", "ORG/identity_" or "identity_" for the token endpoint, "bare" for the API under
  // the host itself.
  std::string tenant;
  // The segment that chooses a fault mode for everything below: /faults/<mode>/reinfer_/...
  std::string fault;
  std::vector<std::string> rest;  // segments after the base
};

// `path` is percent-decoded, so "project%2Fname" in one segment counts as two, which the real
// service accepts as well.
Place find_place(std::string_view path);

// Whether a pattern ("*", "ORG/TENANT", "bare") covers the place. The token endpoint belongs to a
// whole organisation, so a pattern for one of its tenants covers it too.
bool covers(std::string_view pattern, const Place& place);

}  // namespace reinfer::simulator
