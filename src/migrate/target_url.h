// Reads the URL of a blackbox_exporter's target: which tenant, and which request of its API. Used
// by the import of its files. Pure functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/base_url.h"

namespace reinfer::migrate {

struct TargetUrl {
  config::BaseUrl base;
  std::string path;           // behind the base, with its query; "" or "/api/v1/..."
  bool became_https = false;  // it was plain HTTP, or had no scheme
};

// nullopt if it is no tenant of the API: another host, or no "reinfer_" in the path.
std::optional<TargetUrl> parse_target(std::string_view url);

// The entry of the catalogue that sends this request, and the values of its parameters by name.
struct KnownRequest {
  std::string use;
  std::vector<std::pair<std::string, std::string>> parameters;
  bool needs_accept_cost = false;
};
std::optional<KnownRequest> find_known(std::string_view method, std::string_view path);

}  // namespace reinfer::migrate
