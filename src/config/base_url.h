// Normalises the base URL of a tenant. People paste URLs from their browser; this cuts them to the
// part before "/api" and derives the onboarding. Pure function, any thread. It makes no connection.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "model/target.h"

namespace reinfer::config {

struct BaseUrl {
  std::string url;  // "https://cloud.uipath.com/acme/production/reinfer_": no slash at the end
  std::string host;
  model::Onboarding onboarding = model::Onboarding::other;
  bool operator==(const BaseUrl&) const = default;
};

// Reads
//   https://HOST/ORGANISATION/TENANT/reinfer_[/anything]   as UiPath hosts and their copies have
//   it, https://NAME.reinfer.io[/anything]                     tenants that Re:infer opened,
//   https://HOST[/api/... or /auth/...]                    any other host, without a path of its
//   own.
// Host names become lower case; default ports, slashes at the end, query and fragment go.
// Plain http is for loopback hosts only: elsewhere the token would travel in clear text.
// The error names the problem and what is allowed.
tl::expected<BaseUrl, std::string> parse_base_url(std::string_view text);

// A name for the tenant at a valid base URL: "ORGANISATION-TENANT", or the first part of its host.
std::string tenant_name_of(std::string_view base_url);

}  // namespace reinfer::config
