// Where a tenant's API lives, in the one form that the rest of the program uses. People paste what
// their browser shows; this cuts it to the part before "/api" and says which onboarding it implies.
// Pure function, any thread. It looks nothing up and connects to nothing.
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
// The error says what is wrong and what is allowed.
tl::expected<BaseUrl, std::string> parse_base_url(std::string_view text);

}  // namespace reinfer::config
